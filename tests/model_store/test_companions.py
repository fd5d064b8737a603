"""Companions: added to a published version, whole and known to its manifest."""

import zipfile

import pytest

from model_store import (
    ManifestMissingError,
    ModelExistsError,
    ModelStore,
    ModelTornError,
    StoredModel,
    add_litert,
    add_web,
)
from tests.model_store.models import FACTS, write_saved_model


@pytest.fixture
def store(tmp_path):
    store = ModelStore(tmp_path / "store")
    store.publish(write_saved_model(tmp_path / "model"), name="links", facts=FACTS)
    return store


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    return folder


def test_a_version_that_is_given_its_export_verifies_and_is_otherwise_what_it_was(store, export):
    before = store.resolve("links")
    add_web(before, export)
    after = store.resolve("links")
    store.verify(after)
    assert (after.path / "web" / "model.json").read_text() == "{}"
    assert after.manifest.files.keys() - before.manifest.files.keys() == {"web/model.json"}
    assert after.manifest.model_copy(update={"files": {}}) == before.manifest.model_copy(
        update={"files": {}}
    )
    assert [path.name for path in after.path.parent.iterdir()] == ["1"]


def test_an_export_is_never_written_over(store, export):
    add_web(store.resolve("links"), export)
    with pytest.raises(ModelExistsError, match="there already"):
        add_web(store.resolve("links"), export)


def test_what_is_no_export_is_refused(store, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelTornError, match="export the model first"):
        add_web(store.resolve("links"), tmp_path / "empty")


def test_a_version_without_a_manifest_is_refused(store, export):
    model = store.resolve("links")
    with pytest.raises(ManifestMissingError):
        add_web(StoredModel("links", 1, model.path), export)


def test_a_copy_for_litert_stands_beside_the_web_export(store, export, tmp_path):
    (tmp_path / "int8.tflite").write_bytes(b"network")
    add_web(store.resolve("links"), export)
    add_litert(store.resolve("links"), tmp_path / "int8.tflite")
    after = store.resolve("links")
    store.verify(after)
    assert (after.path / "litert" / "detector.tflite").read_bytes() == b"network"
    # The service may be another user than who gave it the copy.
    assert (after.path / "litert").stat().st_mode == after.path.stat().st_mode
    assert {"web/model.json", "litert/detector.tflite"} <= after.manifest.files.keys()


@pytest.mark.parametrize(
    ("contract", "name"),
    [("reader.json", "reader"), ("twins.json", "twins"), ("detector.json", "detector")],
)
def test_a_copy_is_told_by_the_contract_in_it(store, tmp_path, contract, name):
    with zipfile.ZipFile(tmp_path / "int8.tflite", "w") as archive:
        archive.writestr(contract, "{}")
    add_litert(store.resolve("links"), tmp_path / "int8.tflite")
    assert f"litert/{name}.tflite" in store.resolve("links").manifest.files


def test_a_copy_that_is_not_there_is_refused(store, tmp_path):
    with pytest.raises(ModelTornError, match="export the model first"):
        add_litert(store.resolve("links"), tmp_path / "none.tflite")
