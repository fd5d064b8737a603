from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_store.label_map import write_label_map
from training.augment import check_option
from training.config import LossConfig, OptimizerConfig
from training.config_file import load_config
from training.detector import build_detector
from training.matcher import MatchRule
from training.pipeline_config import convert_fields, find_path, take_levels, take_size
from training.pipeline_fields import PipelineFields
from training.pipeline_training import take_optimizer, take_rates
from training.postprocess import PostprocessRule
from training.prototext import read_leaves

SAMPLE = Path(__file__).parent / "samples" / "pipeline.config"
RATE = "train_config.optimizer.momentum_optimizer.learning_rate"


def fields_of(text):
    return PipelineFields(read_leaves(text))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pipeline.config").write_text(SAMPLE.read_text())
    (tmp_path / "train.record-00000-of-00001").touch()
    write_label_map(tmp_path / "label_map.pbtxt", {1: "mark", 2: "stamp"})
    return tmp_path


def test_the_fields_that_have_a_counterpart_are_taken_over(folder):
    config = load_config(folder / "pipeline.config")
    assert (config.name, config.size, config.long_side, config.batch) == ("pipeline", 640, 640, 16)
    assert (config.crops, config.warmup_crops) == (16 * 5000, 16 * 100)
    rates = (config.learning_rate, config.warmup_learning_rate, config.final_learning_rate)
    assert rates == (0.08, 0.026666, 0.0)
    assert config.optimizer == OptimizerConfig(kind="momentum", momentum=0.9)
    assert config.match == MatchRule(positive_iou=0.5, negative_iou=0.4)
    assert config.postprocess == PostprocessRule(min_score=1e-3, max_iou=0.6, max_boxes=50)
    assert config.loss == LossConfig(
        focal_alpha=0.25, focal_gamma=2.0, box_weight=0.5, l2=pytest.approx(4e-5)
    )
    assert config.data == folder / "train.record-?????-of-00001"
    assert config.validation_images == 40


def test_the_network_is_the_nearest_that_there_is(folder):
    network = load_config(folder / "pipeline.config").model
    assert (network.backbone, network.alpha, network.pyramid_filters) == ("mobilenet", 0.35, 64)
    assert (network.channels, network.labels) == (3, {1: "mark", 2: "stamp"})
    assert [level.stride for level in network.levels] == [8, 16, 32, 64, 128]
    # RetinaNet's: four strides, then half an octave more; one square, one wide, one tall.
    shapes = network.levels[0].shapes()
    assert np.sqrt(shapes.prod(axis=1)) == pytest.approx([32] * 3 + [45.25] * 3, abs=0.01)
    assert shapes[:, 1] / shapes[:, 0] == pytest.approx([1, 2, 0.5] * 2)


def test_the_network_can_be_built(folder):
    network = load_config(folder / "pipeline.config").model
    assert build_detector(network).output_shape == (None, None, 6)


def test_augmentation_keeps_its_order_and_its_fields(folder):
    augment = load_config(folder / "pipeline.config").augment
    assert list(augment) == ["random_horizontal_flip", "random_crop_image"]
    assert augment["random_horizontal_flip"] == {}
    assert augment["random_crop_image"]["max_aspect_ratio"] == 3.0
    for name, options in augment.items():
        check_option(name, options)


def test_every_field_without_a_counterpart_has_a_message(folder, caplog):
    load_config(folder / "pipeline.config")
    noted = {record.getMessage().split(": ", 2)[2].split(":")[0] for record in caplog.records}
    ssd, train = "model.ssd", "train_config"
    predictor = f"{ssd}.box_predictor.weight_shared_convolutional_box_predictor"
    hyper = f"{ssd}.feature_extractor.conv_hyperparams"
    assert noted == {
        f"{ssd}.image_resizer.fixed_shape_resizer",
        f"{ssd}.feature_extractor.min_depth",
        f"{hyper}.initializer.random_normal_initializer.mean",
        f"{hyper}.initializer.random_normal_initializer.stddev",
        f"{hyper}.activation",
        f"{hyper}.batch_norm.decay",
        f"{hyper}.batch_norm.scale",
        f"{hyper}.batch_norm.epsilon",
        f"{ssd}.feature_extractor.use_depthwise",
        f"{ssd}.feature_extractor.override_base_feature_extractor_hyperparams",
        f"{ssd}.feature_extractor.fpn.min_level",
        f"{ssd}.feature_extractor.fpn.max_level",
        f"{ssd}.matcher.argmax_matcher.use_matmul_gather",
        f"{predictor}.conv_hyperparams.activation",
        f"{predictor}.depth",
        f"{predictor}.num_layers_before_predictor",
        f"{predictor}.kernel_size",
        f"{predictor}.class_prediction_bias_init",
        f"{predictor}.share_prediction_tower",
        f"{ssd}.post_processing.batch_non_max_suppression.max_detections_per_class",
        f"{ssd}.post_processing.batch_non_max_suppression.use_static_shapes",
        f"{ssd}.normalize_loc_loss_by_codesize",
        f"{ssd}.freeze_batchnorm",
        f"{train}.data_augmentation_options.random_self_concat_image.concat_vertical_probability",
        f"{train}.sync_replicas",
        f"{train}.optimizer.use_moving_average",
        f"{train}.fine_tune_checkpoint",
        f"{train}.startup_delay_steps",
        f"{train}.replicas_to_aggregate",
        f"{train}.max_number_of_boxes",
        f"{train}.unpad_groundtruth_tensors",
        f"{train}.fine_tune_checkpoint_type",
        "eval_config.metrics_set",
        "eval_config.use_moving_averages",
        "eval_input_reader.label_map_path",
        "eval_input_reader.shuffle",
        "eval_input_reader.num_epochs",
        "eval_input_reader.tf_record_input_reader.input_path",
    }


def test_a_message_says_where_the_field_stands(folder, caplog):
    load_config(folder / "pipeline.config")
    line = SAMPLE.read_text().splitlines().index("    freeze_batchnorm: false") + 1
    assert f"line {line}: model.ssd.freeze_batchnorm: no counterpart, left out" in caplog.text


def test_a_field_that_asks_for_something_else_than_happens_has_a_message():
    fields = fields_of("model { ssd { post_processing { score_converter: SOFTMAX } } }")
    convert_fields(fields, folder=Path(), name="x")
    assert "line 1: model.ssd.post_processing.score_converter: no counterpart, left out" in (
        fields.list_notes()
    )


def test_paths_that_lead_nowhere_leave_data_and_labels_open(tmp_path, caplog):
    (tmp_path / "pipeline.config").write_text(SAMPLE.read_text())
    config = load_config(tmp_path / "pipeline.config")
    assert (config.data, config.model.labels) == (None, None)
    assert "input_path: not found; name the data on the command line" in caplog.text
    assert find_path("", tmp_path) is None


def test_a_number_of_classes_that_the_label_map_contradicts_has_a_message(folder, caplog):
    text = SAMPLE.read_text().replace("num_classes: 2", "num_classes: 90")
    (folder / "pipeline.config").write_text(text)
    assert load_config(folder / "pipeline.config").model.labels == {1: "mark", 2: "stamp"}
    assert "num_classes: 90, but label_map.pbtxt numbers to 2" in caplog.text


def test_a_size_is_rounded_up_to_the_network_s_stride():
    fields = fields_of(
        "model { ssd { image_resizer { keep_aspect_ratio_resizer { max_dimension: 1000 } } } }"
    )
    assert take_size(fields) == 1024
    assert "a multiple of 32 is needed: 1024" in fields.list_notes()[0]


def test_the_anchors_of_the_first_ssd_are_shares_of_the_picture():
    generator = "ssd_anchor_generator { num_layers: 2 min_scale: 0.2 max_scale: 0.4 }"
    fields = fields_of(f"model {{ ssd {{ anchor_generator {{ {generator} }} }} }}")
    levels = take_levels(fields, 300)
    assert [(level.stride, level.heights) for level in levels] == [(16, (60.0,)), (32, (120.0,))]


def test_without_anchors_they_are_fitted():
    assert take_levels(fields_of("model { ssd { } }"), 320) is None


@pytest.mark.parametrize(
    ("schedule", "first", "last"),
    [
        ("constant_learning_rate { learning_rate: 0.01 }", 0.01, 0.01),
        (
            "exponential_decay_learning_rate { initial_learning_rate: 0.04 "
            "decay_steps: 50 decay_factor: 0.5 }",
            0.04,
            0.01,
        ),
        (
            "manual_step_learning_rate { initial_learning_rate: 0.04 "
            "schedule { step: 50 learning_rate: .02 } schedule { step: 80 learning_rate: .004 } }",
            0.04,
            0.004,
        ),
    ],
)
def test_other_schedules_keep_their_first_and_their_last_rate(schedule, first, last):
    optimizer = f"momentum_optimizer {{ learning_rate {{ {schedule} }} }}"
    fields = fields_of(f"train_config {{ optimizer {{ {optimizer} }} }}")
    rates = take_rates(fields, RATE, batch=8, steps=100)
    assert rates["learning_rate"] == first
    assert rates["final_learning_rate"] == pytest.approx(last)
    assert len(fields.list_notes()) == (first != last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adam_optimizer { epsilon: 0.001 }", OptimizerConfig(epsilon=0.001)),
        (
            "rms_prop_optimizer { decay: 0.8 epsilon: 1.0 momentum_optimizer_value: 0.7 }",
            OptimizerConfig(kind="rmsprop", decay=0.8, epsilon=1.0, momentum=0.7),
        ),
    ],
)
def test_other_optimizers_are_taken_over(text, expected):
    chosen, _ = take_optimizer(fields_of(f"train_config {{ optimizer {{ {text} }} }}"))
    assert chosen == expected


def test_hard_example_mining_and_plain_cross_entropy_are_taken_over():
    loss = (
        "classification_loss { weighted_sigmoid { } } "
        "hard_example_miner { max_negatives_per_positive: 3 }"
    )
    resizer = "keep_aspect_ratio_resizer { max_dimension: 320 }"
    fields = fields_of(f"model {{ ssd {{ image_resizer {{ {resizer} }} loss {{ {loss} }} }} }}")
    config = convert_fields(fields, folder=Path(), name="x")
    expected = LossConfig(focal_alpha=0.5, focal_gamma=0.0, class_weight=2.0, box_weight=1.0)
    assert config.loss == replace(expected, hard_negatives=3.0)
    assert fields.list_notes() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model { faster_rcnn { } }", "expected the config of an SSD model"),
        ("model {", "line 1: expected a name"),
    ],
)
def test_what_is_no_such_config_is_refused(tmp_path, text, message):
    path = tmp_path / "pipeline.config"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_config(path)
