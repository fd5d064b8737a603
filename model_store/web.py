"""The web export of a version: the folder `web` beside its graph, for detectors in browsers.

A model is published with it or, like the versions that are older than it, given it afterwards: the
one change that a published version may see. Nothing that it had before is touched but the manifest,
which learns the digests of the new files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from model_store.digest import digest_files, list_files
from model_store.errors import ManifestMissingError, ModelExistsError, ModelTornError
from model_store.manifest import MANIFEST_NAME
from model_store.publish import force_to_disk

if TYPE_CHECKING:
    from model_store.manifest import Manifest
    from model_store.store import StoredModel

WEB_FOLDER: Final = "web"
GRAPH: Final = "model.json"


def add_web(model: StoredModel, export: Path) -> Manifest:
    """Copy the web export in the folder `export` into the version `model`.

    The files lie there before the manifest knows them: a service that looks in between refuses the
    version, and takes it at its next look.

    Raises:
        ManifestMissingError: the version has no manifest that could know the files.
        ModelTornError: `export` is no web export.
        ModelTamperedError: it holds links.
        ModelExistsError: the version has one already.

    """
    if model.manifest is None:
        raise ManifestMissingError(f"{model.path} has no manifest: publish the model first")
    if GRAPH not in list_files(export):
        raise ModelTornError(f"{export} has no {GRAPH}: export the model for the web first")
    folder = model.path / WEB_FOLDER
    if folder.exists():
        raise ModelExistsError(f"{folder} is there already")
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=model.path.parent) as place:
        copy = Path(place, WEB_FOLDER)
        shutil.copytree(export, copy)
        files = {f"{WEB_FOLDER}/{name}": digest for name, digest in digest_files(copy).items()}
        known = dict(sorted({**model.manifest.files, **files}.items()))
        manifest = model.manifest.model_copy(update={"files": known})
        written = Path(place, MANIFEST_NAME)
        written.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        force_to_disk(Path(place))
        copy.rename(folder)
        os.replace(written, model.path / MANIFEST_NAME)
    force_to_disk(model.path)
    return manifest
