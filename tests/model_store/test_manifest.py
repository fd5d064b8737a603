"""The manifest's form: what is refused, and how the message reads."""

import json
from pathlib import Path

import pytest

from model_store import ManifestError, ManifestMissingError, ModelStore
from model_store.manifest import read_manifest
from tests.model_store.models import FACTS


@pytest.fixture
def version_dir(store: ModelStore, saved_model_dir: Path) -> Path:
    return store.publish(saved_model_dir, name="links", facts=FACTS).path


def rewrite(version_dir: Path, **changes: object) -> None:
    path = version_dir / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "name",
    ["../1/saved_model.pb", "/etc/passwd", "a/../b", "a//b", "./a", "a\\b", "", "manifest.json"],
)
def test_a_path_that_could_leave_the_folder_is_refused(version_dir, name):
    rewrite(version_dir, files={"saved_model.pb": "0" * 64, name: "0" * 64})
    with pytest.raises(ManifestError, match="files"):
        read_manifest(version_dir)


@pytest.mark.parametrize("digest", ["", "0" * 63, "G" * 64, "A" * 64, 5])
def test_a_digest_is_64_lower_case_hexadecimal_digits(version_dir, digest):
    rewrite(version_dir, files={"saved_model.pb": digest})
    with pytest.raises(ManifestError, match=r"files\.saved_model\.pb"):
        read_manifest(version_dir)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"files": {}}, "expected saved_model.pb among the files"),
        ({"label_map": {}}, "label_map"),
        ({"label_map": {"0": "https"}}, "label_map"),
        ({"label_map": {"1": ""}}, "label_map"),
        ({"format": 2}, "format: Input should be 1"),
        ({"version": 0}, "version"),
        ({"created_at": "2026-01-01T00:00:00"}, "created_at"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(version_dir, changes, told):
    rewrite(version_dir, **changes)
    with pytest.raises(ManifestError, match=told):
        read_manifest(version_dir)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_text_that_is_no_manifest_is_refused(version_dir, text):
    (version_dir / "manifest.json").write_text(text)
    with pytest.raises(ManifestError, match=r"cannot be understood .*: publish the model again"):
        read_manifest(version_dir)


def test_a_linked_manifest_counts_as_none(version_dir, tmp_path):
    path = version_dir / "manifest.json"
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ManifestMissingError):
        read_manifest(version_dir)


def test_a_manifest_that_cannot_be_read_is_told_as_such(version_dir, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ManifestError, match=r"cannot be understood \(Permission denied\)"):
        read_manifest(version_dir)


def test_a_manifest_is_frozen(version_dir):
    manifest = read_manifest(version_dir)
    with pytest.raises(ValueError, match="frozen"):
        manifest.version = 2
