"""A SavedModel is called by the names of its signature; its boxes come back in pixels."""

import numpy as np
import pytest
import tensorflow as tf

from service.detect import SavedModelDetector
from service.errors import DetectError, ModelLoadError
from service.records import Box, Frame
from service.settings import DetectSettings
from tests.service.saved_models import OUTPUTS, save_model, save_without_signature

LABEL_MAP = {1: "https", 2: "http", 5: "www"}


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("tiny"))


def load(model_dir, label_map=None, **settings):
    return SavedModelDetector(
        model_dir,
        DetectSettings(warmup_sizes_px=((32, 24),), **settings),
        label_map=label_map or LABEL_MAP,
        name="tiny",
        version=3,
    )


def make_frame(red, width=200, height=100):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = red
    return Frame(pixels)


def test_prefixes_come_best_first_in_pixels(model_dir):
    prefixes = load(model_dir).detect(make_frame(red=51 * 4))
    assert [prefix.label for prefix in prefixes] == ["www", "https", "http"]
    assert [prefix.score for prefix in prefixes] == pytest.approx([0.9, 0.8, 0.6])
    assert prefixes[0].box == pytest.approx(Box(100, 50, 180, 75), abs=1e-3)
    assert prefixes[1].box == pytest.approx(Box(20, 25, 80, 50), abs=1e-3)


def test_boxes_are_cut_at_the_edge_of_the_frame_and_empty_ones_dropped(model_dir):
    prefixes = load(model_dir).detect(make_frame(red=0))
    assert prefixes[-1].box == pytest.approx(Box(180, 0, 200, 10), abs=1e-3)
    assert len(prefixes) == 2


def test_the_score_threshold_and_the_most_prefixes_hold(model_dir):
    assert len(load(model_dir, min_score=0.7).detect(make_frame(red=255))) == 2
    assert [p.score for p in load(model_dir, max_prefixes=1).detect(make_frame(red=255))] == [1.0]


def test_model_name_and_version_are_kept(model_dir):
    detector = load(model_dir)
    assert (detector.model_name, detector.model_version) == ("tiny", 3)


def test_warm_up_runs_the_sizes_of_the_settings(model_dir):
    load(model_dir).warm_up()
    detector = load(model_dir)
    detector._settings = DetectSettings(warmup_sizes_px=((16, 24),))
    with pytest.raises(DetectError):
        detector.warm_up()


def test_the_first_detector_sizes_the_thread_pools(model_dir):
    load(model_dir).warm_up()
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    assert load(model_dir, threads=threads + 1).detect(make_frame(red=0))
    assert tf.config.threading.get_intra_op_parallelism_threads() == threads


def test_a_model_that_fails_is_our_fault(model_dir):
    with pytest.raises(DetectError, match="the model failed on 16 x 40 pixels"):
        load(model_dir).detect(make_frame(red=0, width=16, height=40))


def test_a_class_without_label_is_our_fault(model_dir):
    with pytest.raises(DetectError, match=r"expected a class of \[1, 2\], the model said 5"):
        load(model_dir, label_map={1: "https", 2: "http"}).detect(make_frame(red=0))


def test_a_folder_without_model_cannot_be_loaded(tmp_path):
    with pytest.raises(ModelLoadError, match="does not hold a SavedModel"):
        load(tmp_path)


def test_a_damaged_graph_cannot_be_loaded(tmp_path, model_dir):
    (tmp_path / "saved_model.pb").write_bytes((model_dir / "saved_model.pb").read_bytes()[:500])
    with pytest.raises(ModelLoadError):
        load(tmp_path)


def test_a_model_without_the_signature_is_refused(tmp_path):
    with pytest.raises(ModelLoadError, match="expected the signature serving_default"):
        load(save_without_signature(tmp_path))


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"input_name": "image"}, "lacks input_tensor"),
        ({"outputs": OUTPUTS[2:]}, "lacks detection_boxes, detection_scores"),
    ],
)
def test_a_signature_with_other_names_is_refused(tmp_path, options, missing):
    with pytest.raises(ModelLoadError, match=missing):
        load(save_model(tmp_path, **options))
