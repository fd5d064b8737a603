"""Verifying: whatever differs from what was published is found and named."""

from pathlib import Path

import pytest

from model_store import ManifestMissingError, ModelStore, ModelTamperedError, ModelTornError
from model_store.digest import digest_file
from tests.model_store.models import FACTS, write_saved_model


@pytest.fixture
def model(store: ModelStore, saved_model_dir: Path):
    return store.publish(saved_model_dir, name="links", facts=FACTS)


def test_a_published_model_passes(store, model):
    store.verify(store.resolve("links"))


def test_a_changed_byte_is_found(store, model):
    (model.path / "variables" / "variables.index").write_bytes(b"Index")
    with pytest.raises(ModelTamperedError, match=r"variables/variables\.index was changed"):
        store.verify(model)


def test_a_missing_file_is_found(store, model):
    (model.path / "variables" / "variables.index").unlink()
    with pytest.raises(ModelTornError, match=r"lacks variables/variables\.index: copy links/1"):
        store.verify(model)


def test_an_extra_file_is_found(store, model):
    (model.path / "assets").mkdir()
    (model.path / "assets" / "words.txt").write_text("more")
    with pytest.raises(ModelTamperedError, match=r"has assets/words\.txt.* remove it"):
        store.verify(model)


def test_a_link_to_the_same_bytes_is_refused(store, model, saved_model_dir):
    graph = model.path / "saved_model.pb"
    graph.unlink()
    graph.symlink_to(saved_model_dir / "saved_model.pb")
    with pytest.raises(ModelTamperedError, match="is a link or a device"):
        store.verify(model)


def test_a_linked_folder_is_refused(store, model, saved_model_dir):
    (model.path / "assets").symlink_to(saved_model_dir)
    with pytest.raises(ModelTamperedError, match="assets is a link"):
        store.verify(model)


def test_a_folder_that_vanished_is_torn(store, model):
    model.path.rename(model.path.with_name("9"))
    with pytest.raises(ModelTornError, match="cannot be listed"):
        store.verify(model)


def test_a_file_that_cannot_be_read_is_torn(tmp_path):
    with pytest.raises(ModelTornError, match="cannot be read"):
        digest_file(tmp_path)


def test_a_model_without_manifest_cannot_be_verified(store):
    write_saved_model(store.root / "exported" / "1")
    model = store.resolve("exported", label_map={1: "https"})
    with pytest.raises(ManifestMissingError, match="no manifest to verify"):
        store.verify(model)
