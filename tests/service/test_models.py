"""The model that the settings name is found, and served only if its files are as published."""

import shutil

import pytest

from model_store import ModelStore, default_root
from model_store.rollout import label_stable
from service.errors import ModelLoadError
from service.models import find_model, find_traineddata, list_wanted, open_store
from service.settings import ModelSettings, TesseractSettings
from tests.service.stores import FACTS, LABEL_MAP, publish_tiny


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


@pytest.mark.parametrize(
    ("pinned", "label", "wanted"),
    [(None, None, (2, 1)), (None, 1, (1,)), (1, None, (1,)), (2, 1, (2,))],
)
def test_lower_versions_stand_by_unless_one_is_pinned(root, pinned, label, wanted):
    if label is not None:
        label_stable(ModelStore(root), "tiny", label)
    settings = ModelSettings(store_dir=root, name="tiny", version=pinned)
    assert list_wanted(settings) == wanted
    assert find_model(settings).version == wanted[0]


def test_a_labelled_version_that_is_gone_leaves_those_below_it(root):
    store = ModelStore(root)
    label_stable(store, "tiny", 2)
    shutil.rmtree(root / "tiny" / "2")
    settings = ModelSettings(store_dir=root, name="tiny")
    assert list_wanted(settings) == (1,)
    label_stable(store, "tiny", 1)
    (root / "tiny" / "1").rename(root / "tiny" / "3")
    with pytest.raises(ModelLoadError, match="no version 1 of 'tiny', choose one of 3"):
        list_wanted(settings)


def test_labels_that_cannot_be_read_keep_the_service_from_starting(root):
    (root / "tiny" / "rollout.json").write_text("{")
    with pytest.raises(ModelLoadError, match="mend it or remove it"):
        list_wanted(ModelSettings(store_dir=root, name="tiny"))


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


def test_tesseract_reads_with_the_system_s_language_unless_a_model_is_named(tmp_path):
    assert find_traineddata(TesseractSettings(name="")) is None
    with pytest.raises(ModelLoadError, match="`printlink models list` shows what there is"):
        find_traineddata(TesseractSettings(store_dir=tmp_path, name="url-ocr"))


def test_a_model_of_tesseract_s_is_found_as_published(tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "url.traineddata").write_bytes(b"network")
    store = ModelStore(tmp_path / "store")
    for _ in range(2):
        store.publish(tmp_path / "made", name="url-ocr", facts=FACTS)
    settings = TesseractSettings(store_dir=store.root, name="url-ocr")
    path = find_traineddata(settings)
    assert path == store.root / "url-ocr" / "2" / "url.traineddata"
    path.write_bytes(b"other")
    with pytest.raises(ModelLoadError, match=r"url\.traineddata was changed"):
        find_traineddata(settings)


def test_another_kind_of_model_is_not_given_to_tesseract(root):
    with pytest.raises(ModelLoadError, match="is no model of Tesseract's"):
        find_traineddata(TesseractSettings(store_dir=root, name="tiny"))
