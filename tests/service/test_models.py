"""The model that the settings name is found, and served only if its files are as published."""

import shutil

import pytest

from model_store import default_root
from service.errors import ModelLoadError
from service.models import find_model, open_store
from service.settings import ModelSettings
from tests.service.stores import LABEL_MAP, publish_tiny


@pytest.fixture
def root(tmp_path):
    return publish_tiny(tmp_path)


def test_the_shipped_store_is_the_default(root):
    assert open_store(ModelSettings()).root == default_root()
    assert open_store(ModelSettings(store_dir=root)).root == root


@pytest.mark.parametrize(("pinned", "version"), [(None, 2), (1, 1)])
def test_the_highest_version_counts_unless_pinned(root, pinned, version):
    model = find_model(ModelSettings(store_dir=root, name="tiny", version=pinned))
    assert (model.version, model.label_map) == (version, LABEL_MAP)


def test_a_changed_file_keeps_the_model_from_being_served(root):
    (root / "tiny" / "2" / "saved_model.pb").write_bytes(b"other")
    with pytest.raises(ModelLoadError, match=r"saved_model\.pb was changed.*printlink models list"):
        find_model(ModelSettings(store_dir=root, name="tiny"))


def test_a_missing_model_tells_where_to_look(tmp_path):
    with pytest.raises(ModelLoadError, match="`printlink models list` shows what there is"):
        find_model(ModelSettings(store_dir=tmp_path, name="nothing"))


def test_a_model_without_manifest_is_served_with_a_label_map(root):
    (root / "tiny" / "2" / "manifest.json").unlink()
    settings = ModelSettings(store_dir=root, name="tiny", label_map={1: "https"})
    assert find_model(settings).label_map == {1: "https"}
    with pytest.raises(ModelLoadError):
        find_model(settings.model_copy(update={"label_map": {}}))


def test_an_emptied_version_is_refused(root):
    shutil.rmtree(root / "tiny" / "2" / "variables")
    with pytest.raises(ModelLoadError, match="variables"):
        find_model(ModelSettings(store_dir=root, name="tiny"))
