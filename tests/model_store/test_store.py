"""Finding models: names, versions, what is listed and what is resolved."""

import re
from pathlib import Path

import pytest

from model_store import (
    ManifestError,
    ManifestMissingError,
    ModelMissingError,
    ModelNameError,
    ModelStore,
    ModelTornError,
    StoredModel,
    default_root,
)
from tests.model_store.models import FACTS, write_saved_model


def test_a_missing_root_holds_no_models(tmp_path: Path):
    store = ModelStore(tmp_path / "nowhere")
    assert store.names() == ()
    assert store.list() == ()


def test_the_highest_version_is_resolved_and_ten_is_above_nine(store, saved_model_dir):
    for version in (9, 10, 2):
        store.publish(saved_model_dir, name="links", version=version, facts=FACTS)
    assert store.versions("links") == (2, 9, 10)
    assert store.resolve("links").version == 10


def test_a_pinned_version_is_resolved(store, saved_model_dir):
    published = [store.publish(saved_model_dir, name="links", facts=FACTS) for _ in range(2)]
    assert store.resolve("links", 1) == published[0]


@pytest.mark.parametrize("folder", ["0", "01", "-1", "1.5", "latest", ".publishing-x", "²"])
def test_a_folder_that_is_no_version_is_passed_over(store, saved_model_dir, folder):
    store.publish(saved_model_dir, name="links", facts=FACTS)
    write_saved_model(store.root / "links" / folder)
    assert store.versions("links") == (1,)


def test_a_file_named_like_a_version_is_passed_over(store):
    (store.root / "links").mkdir(parents=True)
    (store.root / "links" / "3").write_text("not a folder")
    assert store.versions("links") == ()
    assert store.names() == ()


def test_names_are_sorted_and_leave_out_what_has_no_version(store, saved_model_dir):
    for name in ("qr", "links"):
        store.publish(saved_model_dir, name=name, facts=FACTS)
    (store.root / "notes").mkdir()
    assert store.names() == ("links", "qr")


def test_an_unknown_name_is_told_with_the_known_ones(store, saved_model_dir):
    store.publish(saved_model_dir, name="links", facts=FACTS)
    with pytest.raises(ModelMissingError, match=r"no model 'link' .* which has links"):
        store.resolve("link")


def test_an_unknown_version_is_told_with_the_known_ones(store, saved_model_dir):
    store.publish(saved_model_dir, name="links", version=4, facts=FACTS)
    with pytest.raises(ModelMissingError, match="no version 5 of 'links', choose one of 4"):
        store.resolve("links", 5)


@pytest.mark.parametrize("name", ["", "..", "../links", "a/b", "/etc", ".hidden", "a\\b"])
def test_a_name_cannot_leave_the_store(store, saved_model_dir, name):
    with pytest.raises(ModelNameError):
        store.resolve(name)
    with pytest.raises(ModelNameError):
        store.publish(saved_model_dir, name=name, facts=FACTS)


def test_a_version_without_a_graph_is_torn(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    (model.path / "saved_model.pb").unlink()
    with pytest.raises(ModelTornError, match=r"has no saved_model\.pb: publish the model again"):
        store.resolve("links")


def test_a_model_without_manifest_is_listed_but_not_resolved(store):
    path = write_saved_model(store.root / "exported" / "1")
    assert store.list() == (StoredModel("exported", 1, path),)
    with pytest.raises(ManifestMissingError, match="or give a label map"):
        store.resolve("exported")


def test_a_model_without_manifest_is_resolved_with_a_label_map(store):
    path = write_saved_model(store.root / "exported" / "1")
    model = store.resolve("exported", label_map={1: "http"})
    assert model == StoredModel("exported", 1, path, None, {1: "http"})


def test_the_label_map_of_a_manifest_counts_over_the_caller_s(store, saved_model_dir):
    store.publish(saved_model_dir, name="links", facts=FACTS)
    assert store.resolve("links", label_map={1: "ftp"}).label_map == {1: "https", 5: "www"}


def test_a_garbled_manifest_is_listed_with_its_problem(store, saved_model_dir):
    good = store.publish(saved_model_dir, name="links", facts=FACTS)
    bad = store.publish(saved_model_dir, name="links", facts=FACTS)
    (bad.path / "manifest.json").write_text("{")
    first, second = store.list()
    assert first == good
    assert second.manifest is None
    assert "manifest.json cannot be understood" in second.problem


def test_a_garbled_manifest_is_refused_even_with_a_label_map(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    (model.path / "manifest.json").write_text("{")
    with pytest.raises(ManifestError, match="publish the model again"):
        store.resolve("links", label_map={1: "https"})


def test_the_manifest_of_another_version_is_refused(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    model.path.rename(model.path.with_name("2"))
    with pytest.raises(ManifestError, match=re.escape("is that of links/1")):
        store.resolve("links")


def test_the_models_that_ship_lie_in_the_package():
    assert (default_root() / "manifest.py").is_file()
