"""The detector for browsers: the web export that came with a version, kept in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from model_store import WEB_FOLDER
from service.errors import ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model_store import StoredModel

MEDIA_TYPES: Final = {
    ".bin": "application/octet-stream",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
# What a page cannot do without; the weights' names stand in the first.
_NEEDED: Final = frozenset({"model.json", "detector.json", "detector.js"})


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file as it is sent."""

    data: bytes
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class WebModel:
    """The files of one version for browsers, by name, and where they are served."""

    path: str
    files: Mapping[str, WebFile]


def read_web_model(model: StoredModel) -> WebModel | None:
    """Return what the version brought along for browsers, None where that is nothing or not whole.

    Only what its manifest knows is read, and a file counts only with the digest that stands there:
    a page runs what it is sent. Raises `ModelLoadError` for a file that is another.
    """
    known = model.manifest.files if model.manifest else {}
    files = {}
    for name, digest in known.items():
        path = PurePosixPath(name)
        if path.is_relative_to(WEB_FOLDER) and path.suffix in MEDIA_TYPES:
            data = _read_file(model, name, digest)
            below = path.relative_to(WEB_FOLDER).as_posix()
            files[below] = WebFile(data, digest, MEDIA_TYPES[path.suffix])
    if not files.keys() >= _NEEDED:
        return None
    return WebModel(f"models/{model.name}/{model.version}/{WEB_FOLDER}/", files)


def _read_file(model: StoredModel, name: str, digest: str) -> bytes:
    try:
        data = (model.path / name).read_bytes()
    except OSError as error:
        raise ModelLoadError(f"{model.path / name} cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise ModelLoadError(f"{model.path / name} was changed: publish the model again")
    return data
