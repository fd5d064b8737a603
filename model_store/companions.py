"""A version's companions: the same weights in folders beside its graph, for other runtimes.

`web` is for detectors in browsers, `litert` holds an 8-bit copy for processors. A model is given
them after it was published: the one change that a published version may see. Nothing that it had
before is touched but the manifest, which learns the digests of the new files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
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
LITERT_FOLDER: Final = "litert"
LITERT_DETECTOR: Final = "detector.tflite"
LITERT_READER: Final = "reader.tflite"
LITERT_TWINS: Final = "twins.tflite"
# A folder of this name holds one of these at least.
_NEEDED: Final = {
    WEB_FOLDER: ("model.json",),
    LITERT_FOLDER: (LITERT_DETECTOR, LITERT_READER, LITERT_TWINS),
}
# Files are told by the contract that they carry with them; a detector's may carry none.
_NAMES: Final = {"reader.json": LITERT_READER, "twins.json": LITERT_TWINS}


def add_web(model: StoredModel, export: Path) -> Manifest:
    """Copy the web export in the folder `export` into the version; raises as `add_companion`."""
    return add_companion(model, export, WEB_FOLDER)


def add_litert(model: StoredModel, network: Path) -> Manifest:
    """Copy the file `network` into the version; raises as `add_companion`."""
    with tempfile.TemporaryDirectory() as place:
        # A temporary folder itself is closed to other users, and a copy of it would be, too.
        export = Path(place, LITERT_FOLDER)
        export.mkdir()
        if network.is_file():
            shutil.copyfile(network, export / _name_copy(network))
        return add_companion(model, export, LITERT_FOLDER)


def add_companion(model: StoredModel, export: Path, name: str) -> Manifest:
    """Copy the files in the folder `export` into the version `model`, as its folder `name`.

    The files lie there before the manifest knows them: a service that looks in between refuses the
    version, and takes it at its next look.

    Raises:
        ManifestMissingError: the version has no manifest that could know the files.
        ModelTornError: `export` lacks what such a folder has to hold.
        ModelTamperedError: it holds links.
        ModelExistsError: the version has one already.

    """
    if model.manifest is None:
        raise ManifestMissingError(f"{model.path} has no manifest: publish the model first")
    needed = _NEEDED[name]
    if not set(needed) & set(list_files(export)):
        raise ModelTornError(f"{export} has no {' or '.join(needed)}: export the model first")
    folder = model.path / name
    if folder.exists():
        raise ModelExistsError(f"{folder} is there already")
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=model.path.parent) as place:
        copy = Path(place, name)
        shutil.copytree(export, copy)
        files = {f"{name}/{file}": digest for file, digest in digest_files(copy).items()}
        known = dict(sorted({**model.manifest.files, **files}.items()))
        manifest = model.manifest.model_copy(update={"files": known})
        written = Path(place, MANIFEST_NAME)
        written.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        force_to_disk(Path(place))
        copy.rename(folder)
        os.replace(written, model.path / MANIFEST_NAME)
    force_to_disk(model.path)
    return manifest


def _name_copy(network: Path) -> str:
    if not zipfile.is_zipfile(network):
        return LITERT_DETECTOR
    with zipfile.ZipFile(network) as archive:
        carried = archive.namelist()
    return next((name for contract, name in _NAMES.items() if contract in carried), LITERT_DETECTOR)
