import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from training.anchors import LEVELS, image_anchors
from training.box_graph import tile_anchors
from training.config import ModelConfig
from training.detector import build_detector
from training.export import SIGNATURE, export_detector, find_large_print
from training.export_options import FACTS, ExportOptions
from training.frame_graph import fit_frames, shrink_input
from training.postprocess import PostprocessRule, decode_rows
from training.saved_detector import SavedDetector

OPTIONS = ExportOptions(
    long_side=192, coarse_factor=1, postprocess=PostprocessRule(min_score=0.005, max_boxes=20)
)


@pytest.fixture(scope="module")
def model():
    model = build_detector(ModelConfig())
    rng = np.random.default_rng(3)
    # Scores and offsets that differ from anchor to anchor, as after training.
    head = model.get_layer("predictions")
    kernel, bias = head.get_weights()
    head.set_weights([rng.normal(0, 0.3, kernel.shape), bias])
    return model


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    export_detector(model, folder, OPTIONS)
    return folder


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(1).integers(0, 256, (2, 250, 170, 3)).astype(np.uint8)


def test_graph_anchors_are_those_of_the_training():
    tiled = tile_anchors(tf.constant([64, 96])).numpy()
    np.testing.assert_allclose(tiled, image_anchors(height=64, width=96))


def test_signature_is_that_of_the_object_detection_api(exported, frames):
    detect = tf.saved_model.load(str(exported)).signatures[SIGNATURE]
    assert list(detect.structured_input_signature[1]) == ["input_tensor"]
    answer = {name: tensor.shape.as_list() for name, tensor in detect(tf.constant(frames)).items()}
    assert answer == {
        "detection_boxes": [2, 20, 4],
        "detection_scores": [2, 20],
        "detection_classes": [2, 20],
        "num_detections": [2],
    }


@pytest.mark.parametrize("index", [0, 1])
def test_saved_model_finds_what_keras_and_numpy_find(model, exported, frames, index):
    images, (height, width) = fit_frames(tf.constant(frames[index : index + 1]), long_side=192)
    rows = model(images, training=False).numpy()[0]
    anchors = image_anchors(height=images.shape[1], width=images.shape[2])
    expected = decode_rows(rows, anchors, OPTIONS.postprocess)
    received = SavedDetector(exported).detect(frames[index])
    assert len(received.scores) > 5
    np.testing.assert_allclose(received.scores, expected.scores, atol=1e-4)
    np.testing.assert_array_equal(received.classes, expected.classes)
    clipped = np.clip(expected.boxes / [height, width, height, width], 0, 1)
    np.testing.assert_allclose(received.boxes / [250, 170, 250, 170], clipped, atol=1e-3)


def test_a_frame_gives_the_same_alone_and_in_a_batch(exported, frames):
    detect = tf.saved_model.load(str(exported)).signatures[SIGNATURE]
    together, alone = detect(tf.constant(frames)), detect(tf.constant(frames[1:]))
    for name, tensor in alone.items():
        np.testing.assert_allclose(together[name][1:], tensor, atol=1e-4)


def test_the_facts_lie_in_the_folder_that_is_for_them(exported):
    assert json.loads((exported / FACTS).read_text())["long_side"] == 192


def test_weights_are_constants(exported):
    assert not tf.saved_model.load(str(exported)).signatures[SIGNATURE].variables
    assert (exported / "saved_model.pb").stat().st_size < 10e6


def test_the_second_look_finds_print_of_the_smaller_picture_at_its_place(model):
    images = tf.constant(np.random.default_rng(2).uniform(0, 255, (1, 192, 288, 1)), tf.float32)
    smaller = shrink_input(images, 3)
    assert smaller.shape == (1, 64, 96, 1)
    rows, anchors = find_large_print(model, images, replace(OPTIONS, coarse_factor=3))
    coarse = image_anchors(height=64, width=96, levels=LEVELS[1:])
    np.testing.assert_allclose(anchors, coarse * 3)
    all_rows = model(smaller, training=False).numpy()
    np.testing.assert_allclose(rows, all_rows[:, -len(coarse) :], atol=1e-5)
    assert rows.shape[1] < all_rows.shape[1]


def test_the_second_look_adds_to_the_first(model, tmp_path):
    everything = PostprocessRule(min_score=0.0, max_iou=1.0, candidates=10_000, max_boxes=10_000)
    options = replace(OPTIONS, postprocess=everything, coarse_factor=3)
    export_detector(model, tmp_path, options)
    found = SavedDetector(tmp_path).detect(np.zeros((96, 96, 3), np.uint8))
    both = len(image_anchors(height=96, width=96))
    both += len(image_anchors(height=32, width=32, levels=LEVELS[1:]))
    assert len(found.scores) == both == 1134 + 30
