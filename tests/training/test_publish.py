import json

import pytest

from model_store.label_map import read_label_map
from model_store.store import ModelStore
from tests.training.drawing import DrawnSource
from tests.training.warned import KERAS_ARRAY
from training.checkpoint import STATE
from training.config import ModelConfig, TrainConfig
from training.detector import build_detector
from training.export import LABELS, MAX_BYTES, add_companions, write_saved_model
from training.export_options import EXTRA, ExportOptions
from training.label_map import LABEL_MAP
from training.origin import Origin, write_origin
from training.publish import publish_export
from training.refiner.config import RefinerNetwork
from training.refiner.net import build_refiner
from training.refiner.weights import TrainedRefiner
from training.start_weights import START_WEIGHTS, put_weights, start_from_model
from training.trained import TrainedDetector, load_model

pytestmark = KERAS_ARRAY


def make_source(_, size):
    return DrawnSource(size)


CONFIG = TrainConfig(name="drawn", make_source=make_source, batch=8, seed=4)


SECOND = RefinerNetwork(filters=(4, 8, 8), squeezed=4)
OPTIONS = ExportOptions(long_side=640, refine=SECOND.rule)


@pytest.fixture
def stored(tmp_path):
    export = tmp_path / "export"
    refiner = TrainedRefiner(build_refiner(SECOND), SECOND, {"steps": 3})
    model = build_detector(ModelConfig())
    write_saved_model(TrainedDetector(model, ModelConfig(), OPTIONS, refiner), export)
    write_origin(Origin(data_sha256="0" * 64, started_from="links:1"), tmp_path)
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
    assert manifest.training.config["origin"] == {
        "data_sha256": "0" * 64,
        "started_from": "links:1",
    }
    assert manifest.training.config["refiner"] == {"steps": 3}
    assert manifest.preprocessing["refine"]["margin"] == 0.5
    assert manifest.metrics == {"all": {"ap50": 0.5}}


def test_a_run_and_an_export_can_start_from_a_published_model(stored, tmp_path):
    store = ModelStore(tmp_path / "store")
    start = start_from_model(store, "drawn:1")
    assert start == start_from_model(store, "drawn")
    assert start.name == "drawn:1"
    assert put_weights(build_detector(ModelConfig()), ModelConfig(), start.weights) == []
    assert read_label_map(start.weights.parent / LABELS) == LABEL_MAP
    assert sum(path.stat().st_size for path in stored.path.rglob("*") if path.is_file()) < 12e6
    published = load_model(store, "drawn")
    assert (published.network, published.options) == (ModelConfig(), OPTIONS)
    assert (published.refiner.network, published.refiner.run) == (SECOND, {"steps": 3})
    start.weights.unlink()
    with pytest.raises(FileNotFoundError, match="drawn:1 was published without start"):
        start_from_model(store, "drawn")


def test_weights_to_start_from_are_left_out_of_an_export_that_is_too_large(tmp_path, caplog):
    (tmp_path / EXTRA).mkdir()
    (tmp_path / "saved_model.pb").write_bytes(bytes(MAX_BYTES - 1000))
    small = ModelConfig(backbone="mobilenet", pyramid_filters=8)
    add_companions(build_detector(small), small, tmp_path)
    assert not (tmp_path / EXTRA / START_WEIGHTS).exists()
    assert "no weights to start from" in caplog.text


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
