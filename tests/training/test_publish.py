import json

import pytest

from model_store.store import ModelStore
from tests.training.drawing import DrawnSource
from training.checkpoint import STATE
from training.config import ModelConfig, TrainConfig
from training.detector import build_detector
from training.export import ExportOptions, export_detector
from training.publish import publish_export


def make_source(_, size):
    return DrawnSource(size)


CONFIG = TrainConfig(name="drawn", make_source=make_source, batch=8, seed=4)


@pytest.fixture
def stored(tmp_path):
    export = tmp_path / "export"
    export_detector(build_detector(ModelConfig()), export, ExportOptions(long_side=640))
    (tmp_path / STATE).write_text(json.dumps({"step": 3, "elapsed_s": 1.0}))
    return publish_export(
        CONFIG,
        run_dir=tmp_path,
        export_dir=export,
        metrics={"all": {"ap50": 0.5}},
        commit="abc",
        store=tmp_path / "store",
    )


def test_a_published_model_is_found_verified_and_described(stored, tmp_path):
    store = ModelStore(tmp_path / "store")
    found = store.resolve("drawn")
    store.verify(found)
    manifest = found.manifest
    assert (found.version, manifest.label_map[5], manifest.licence) == (1, "www", "Apache-2.0")
    assert manifest.preprocessing["long_side"] == 640
    assert (manifest.training.crops_seen, manifest.training.seed) == (24, 4)
    assert manifest.training.config["source"] == "tests.training.test_publish.make_source"
    assert manifest.metrics == {"all": {"ap50": 0.5}}


def test_the_manifest_has_the_signature_of_the_graph(stored):
    signature = stored.manifest.signature
    assert signature.inputs["input_tensor"].dtype == "uint8"
    assert signature.inputs["input_tensor"].shape == (None, None, None, 3)
    assert signature.outputs["detection_boxes"].shape == (None, 100, 4)
    assert set(signature.outputs) == {
        "detection_boxes",
        "detection_scores",
        "detection_classes",
        "num_detections",
    }
