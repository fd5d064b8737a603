"""Publishing: complete or not at all, and never twice."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from model_store import (
    Manifest,
    ModelExistsError,
    ModelNameError,
    ModelTamperedError,
    ModelTornError,
)
from tests.model_store.models import FACTS


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_is_laid_out_for_tensorflow_serving(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    assert model.path == store.root / "links" / "1"
    assert visible(model.path) == [
        "MODEL_CARD.md",
        "manifest.json",
        "saved_model.pb",
        "variables",
    ]
    assert visible(store.root / "links") == ["1"]


def test_the_manifest_on_disk_says_what_was_published(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    manifest = Manifest.model_validate_json((model.path / "manifest.json").read_bytes())
    assert manifest == model.manifest
    card = (model.path / "MODEL_CARD.md").read_bytes()
    assert manifest.files == {
        "MODEL_CARD.md": sha256(card).hexdigest(),
        "saved_model.pb": sha256(b"graph").hexdigest(),
        "variables/variables.index": sha256(b"index").hexdigest(),
    }
    assert (manifest.name, manifest.version) == ("links", 1)
    assert manifest.label_map == {1: "https", 5: "www"}


def test_versions_count_up_from_the_highest(store, saved_model_dir):
    store.publish(saved_model_dir, name="links", version=3, facts=FACTS)
    assert store.publish(saved_model_dir, name="links", facts=FACTS).version == 4


def test_a_version_is_published_once(store, saved_model_dir):
    store.publish(saved_model_dir, name="links", version=1, facts=FACTS)
    (saved_model_dir / "saved_model.pb").write_bytes(b"another graph")
    with pytest.raises(ModelExistsError, match="choose another version"):
        store.publish(saved_model_dir, name="links", version=1, facts=FACTS)
    assert (store.root / "links" / "1" / "saved_model.pb").read_bytes() == b"graph"
    assert visible(store.root / "links") == ["1"]


def test_versions_start_at_one(store, saved_model_dir):
    with pytest.raises(ModelNameError, match="expected a version from 1, got 0"):
        store.publish(saved_model_dir, name="links", version=0, facts=FACTS)


def test_a_disk_that_fills_up_leaves_no_version(store, saved_model_dir, monkeypatch):
    def copy_half(source, target):
        Path(target).write_bytes(b"gr")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", copy_half)
    with pytest.raises(OSError, match="No space left"):
        store.publish(saved_model_dir, name="links", facts=FACTS)
    assert visible(store.root / "links") == []
    assert store.names() == ()


def test_a_rename_that_fails_for_another_reason_is_not_called_published(
    store, saved_model_dir, monkeypatch
):
    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        store.publish(saved_model_dir, name="links", facts=FACTS)
    assert visible(store.root / "links") == []


def test_a_folder_without_a_graph_is_not_published(store, tmp_path):
    with pytest.raises(ModelTornError, match="export the model first"):
        store.publish(tmp_path, name="links", facts=FACTS)
    assert not store.root.exists()


def test_links_are_not_published(store, saved_model_dir):
    (saved_model_dir / "secret").symlink_to("/etc/hostname")
    with pytest.raises(ModelTamperedError, match="secret is a link"):
        store.publish(saved_model_dir, name="links", facts=FACTS)


def test_an_old_manifest_in_the_source_is_replaced(store, saved_model_dir):
    first = store.publish(saved_model_dir, name="links", facts=FACTS)
    second = store.publish(first.path, name="links", facts=FACTS)
    store.verify(store.resolve("links"))
    assert json.loads((second.path / "manifest.json").read_text())["version"] == 2


def test_a_service_of_another_user_may_read_it(store, saved_model_dir):
    model = store.publish(saved_model_dir, name="links", facts=FACTS)
    assert model.path.stat().st_mode & 0o777 == 0o755
