"""The store: a folder of models in the layout that TensorFlow Serving reads.

    <root>/<name>/<version>/saved_model.pb
                           /variables/
                           /assets/
                           /web/            for detectors in browsers; not every version has it
                           /litert/         an 8-bit copy for LiteRT; not every version has it
                           /manifest.json

A model of Tesseract's has a file `<language>.traineddata` in place of the first three.
A version is a whole number from 1; folders with other names are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from model_store.digest import digest_file, list_files
from model_store.errors import (
    ManifestError,
    ManifestMissingError,
    ModelMissingError,
    ModelNameError,
    ModelTamperedError,
    ModelTornError,
)
from model_store.manifest import GRAPH_NAME, holds_model, read_manifest
from model_store.publish import publish_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model_store.manifest import Manifest, ManifestFacts

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION: Final = re.compile(r"[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version of a model.

    `manifest` is None for a model that came without one, such as an export of the Object Detection
    API; `label_map` then is what the caller of `resolve` gave. `problem` says why a manifest that
    is there cannot be used.
    """

    name: str
    version: int
    path: Path
    manifest: Manifest | None = None
    label_map: Mapping[int, str] = field(default_factory=dict)
    problem: str = ""


def default_root() -> Path:
    """Return the folder of the models that ship: it is this package's own."""
    return Path(__file__).resolve().parent


class ModelStore:
    """The models below one root folder; nothing is cached, so new versions show at once."""

    def __init__(self, root: Path) -> None:
        """Use `root`, which is created by the first `publish`."""
        self.root = root

    def folder_of(self, name: str) -> Path:
        """Return the folder of a model's versions; raises `ModelNameError`."""
        if not _NAME.fullmatch(name):
            raise ModelNameError(
                f"{name!r} cannot name a model: use letters, digits, dots, hyphens, underscores"
            )
        return self.root / name

    def names(self) -> tuple[str, ...]:
        """Return the names of the models that have a version, sorted."""
        return tuple(name for name in _list_folders(self.root, _NAME) if self.versions(name))

    def versions(self, name: str) -> tuple[int, ...]:
        """Return the versions of a model, lowest first; none if there is no such model."""
        return tuple(sorted(int(found) for found in _list_folders(self.folder_of(name), _VERSION)))

    def resolve_version(self, name: str, version: int | None = None) -> int:
        """Return the highest version, or `version` if it is there; raises `ModelMissingError`."""
        versions = self.versions(name)
        if not versions:
            known = ", ".join(self.names()) or "no models"
            raise ModelMissingError(f"no model {name!r} in {self.root}, which has {known}")
        if version is None:
            return versions[-1]
        if version not in versions:
            known = ", ".join(str(number) for number in versions)
            raise ModelMissingError(f"no version {version} of {name!r}, choose one of {known}")
        return version

    def list(self) -> tuple[StoredModel, ...]:
        """Return every version of every model, also those that `resolve` would refuse."""
        return tuple(
            self._describe(name, version)
            for name in self.names()
            for version in self.versions(name)
        )

    def resolve(
        self,
        name: str,
        version: int | None = None,
        *,
        label_map: Mapping[int, str] | None = None,
    ) -> StoredModel:
        """Find a model, in its highest version unless `version` is given.

        A model without a manifest is refused unless `label_map` says what its classes mean; where
        there is a manifest, its label map counts.

        Raises:
            ModelMissingError: there is no such model or version.
            ModelTornError: the version holds neither a SavedModel nor a model of Tesseract's.
            ManifestError: the manifest is missing, garbled or another model's.

        """
        version = self.resolve_version(name, version)
        path = self.folder_of(name) / str(version)
        if not holds_model(entry.name for entry in path.iterdir() if entry.is_file()):
            raise ModelTornError(f"{path} has no {GRAPH_NAME}: publish the model again")
        try:
            manifest = _read_own_manifest(path)
        except ManifestMissingError:
            if not label_map:
                raise
            return StoredModel(name, version, path, label_map=dict(label_map))
        return StoredModel(name, version, path, manifest, manifest.label_map)

    def verify(self, model: StoredModel) -> None:
        """Compare every file of `model` with its manifest.

        Raises:
            ManifestMissingError: there is nothing to compare with.
            ModelTornError: a file is missing or cannot be read.
            ModelTamperedError: a file was changed or added, or is a link.

        """
        if model.manifest is None:
            raise ManifestMissingError(f"{model.path} has no manifest to verify it against")
        expected, found = model.manifest.files, set(list_files(model.path))
        remedy = f"copy {model.name}/{model.version} from where it was published once more"
        if missing := sorted(expected.keys() - found):
            raise ModelTornError(f"{model.path} lacks {', '.join(missing)}: {remedy}")
        if added := sorted(found - expected.keys()):
            raise ModelTamperedError(
                f"{model.path} has {', '.join(added)}, which the manifest does not know: remove it"
            )
        changed = [
            name for name in sorted(found) if digest_file(model.path / name) != expected[name]
        ]
        if changed:
            raise ModelTamperedError(f"{model.path}: {', '.join(changed)} was changed: {remedy}")

    def publish(
        self,
        saved_model_dir: Path,
        *,
        name: str,
        version: int | None = None,
        facts: ManifestFacts,
    ) -> StoredModel:
        """Copy a SavedModel into the store, as the next version unless `version` is given.

        Raises:
            ModelNameError: no folder can bear this name or version.
            ModelTornError: `saved_model_dir` holds neither a SavedModel nor a model of Tesseract's.
            ModelTamperedError: it holds links.
            ModelExistsError: the version is published already.

        """
        if version is None:
            version = max(self.versions(name), default=0) + 1
        if version < 1:
            raise ModelNameError(f"expected a version from 1, got {version}")
        path = self.folder_of(name) / str(version)
        manifest = publish_files(saved_model_dir, path, name=name, version=version, facts=facts)
        return StoredModel(name, version, path, manifest, manifest.label_map)

    def _describe(self, name: str, version: int) -> StoredModel:
        path = self.folder_of(name) / str(version)
        try:
            manifest = _read_own_manifest(path)
        except ManifestMissingError:
            return StoredModel(name, version, path)
        except ManifestError as error:
            return StoredModel(name, version, path, problem=str(error))
        return StoredModel(name, version, path, manifest, manifest.label_map)


def _read_own_manifest(path: Path) -> Manifest:
    manifest = read_manifest(path)
    said = f"{manifest.name}/{manifest.version}"
    if said != f"{path.parent.name}/{path.name}":
        raise ManifestError(f"the manifest in {path} is that of {said}: publish the model again")
    return manifest


def _list_folders(folder: Path, pattern: re.Pattern[str]) -> tuple[str, ...]:
    try:
        found = [entry.name for entry in folder.iterdir() if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(name for name in found if pattern.fullmatch(name)))
