"""A detector of somebody else's goes into the store and can be served."""

import numpy as np
import pytest
import tensorflow as tf
from typer.testing import CliRunner

from model_store import ModelStore
from service.cli import cli
from service.loading import load_detector
from service.records import Frame
from service.settings import Settings
from tests.service.saved_models import save_model, save_without_signature

LABELS = 'item { id: 1 name: "https" }\nitem { id: 2 name: "http" }\nitem { id: 5 name: "www" }\n'


class ExporterModel(tf.Module):
    """What `exporter_main_v2.py` writes: batch 1, float outputs, and more of them than we ask."""

    def __init__(self):
        super().__init__()
        spec = tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")
        self.call = tf.function(self.find, input_signature=[spec])

    def find(self, frames):
        del frames
        return {
            "detection_anchor_indices": tf.constant([[7.0, 9.0]]),
            "detection_boxes": tf.constant([[[0.25, 0.1, 0.5, 0.4], [0.0, 0.0, 0.0, 0.0]]]),
            "detection_classes": tf.constant([[5.0, 1.0]]),
            "detection_multiclass_scores": tf.constant([[[0.0, 0.9], [1.0, 0.0]]]),
            "detection_scores": tf.constant([[0.875, 0.0]]),
            "num_detections": tf.constant([1.0]),
            "raw_detection_boxes": tf.constant([[[0.25, 0.1, 0.5, 0.4]]]),
            "raw_detection_scores": tf.constant([[[0.0, 0.9]]]),
        }


def add(tmp_path, export):
    (tmp_path / "labels.pbtxt").write_text(LABELS)
    arguments = ["models", "add", str(export), "--label-map", str(tmp_path / "labels.pbtxt")]
    arguments += ["--name", "theirs", "--store", str(tmp_path / "store")]
    return CliRunner().invoke(cli, arguments)


def test_a_model_of_the_object_detection_api_is_served_once_it_was_added(tmp_path):
    model = ExporterModel()
    export = tmp_path / "export"
    tf.saved_model.save(model, str(export), signatures={"serving_default": model.call})
    assert add(tmp_path, export).exit_code == 0
    store = ModelStore(tmp_path / "store")
    stored = store.resolve("theirs")
    store.verify(stored)
    assert stored.manifest.signature.inputs["input_tensor"].shape == (1, None, None, 3)
    settings = Settings(model={"store_dir": tmp_path / "store", "name": "theirs"})
    detector = load_detector(settings)
    (prefix,) = detector.detect(Frame(np.zeros((200, 100, 3), np.uint8)))
    assert (prefix.label, prefix.score) == ("www", 0.875)
    assert prefix.box == pytest.approx((10, 50, 40, 100))


def test_what_cannot_be_served_is_refused(tmp_path):
    for export in (save_without_signature(tmp_path / "bare"), tmp_path / "missing"):
        answer = add(tmp_path, export)
        assert answer.exit_code == 1
        assert answer.stderr.startswith("printlink: ")
    assert ModelStore(tmp_path / "store").names() == ()


def test_a_broken_label_map_is_refused(tmp_path):
    export = save_model(tmp_path / "export")
    (tmp_path / "labels.pbtxt").write_text("item { name: 3 }")
    arguments = ["models", "add", str(export), "--label-map", str(tmp_path / "labels.pbtxt")]
    answer = CliRunner().invoke(
        cli, [*arguments, "--name", "theirs", "--store", str(tmp_path / "s")]
    )
    assert answer.exit_code == 1
    assert "labels.pbtxt" in answer.stderr
