"""A SavedModel is called by the names of its signature, and refused where they are others."""

import numpy as np
import pytest
import tensorflow as tf

from service.detect import INPUT, OUTPUTS
from service.errors import ModelLoadError, ModelRunError
from service.saved_model import SavedModel
from tests.service.saved_models import save_model, save_without_signature


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("tiny"))


def load(model_dir, *, outputs=OUTPUTS, threads=0):
    return SavedModel(model_dir, inputs=(INPUT,), outputs=outputs, threads=threads)


def make_frames(width):
    return {INPUT: np.zeros((1, 24, width, 3), np.uint8)}


def test_the_named_outputs_come_back_as_arrays(model_dir):
    found = load(model_dir, outputs=("num_detections",)).run(make_frames(32))
    assert {name: value.tolist() for name, value in found.items()} == {"num_detections": [4.0]}


def test_a_graph_that_fails_says_on_what(model_dir):
    with pytest.raises(ModelRunError, match=r"the model failed on input_tensor \(1, 24, 16, 3\)"):
        load(model_dir).run(make_frames(16))


def test_the_first_model_sizes_the_thread_pools(model_dir):
    load(model_dir).run(make_frames(32))
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    assert load(model_dir, threads=threads + 1).run(make_frames(32))
    assert tf.config.threading.get_intra_op_parallelism_threads() == threads


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
