"""Digests of a folder: which files it holds, and the SHA-256 of each."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from model_store.errors import ModelTamperedError, ModelTornError
from model_store.manifest import MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator


def list_files(folder: Path) -> list[str]:
    """Return the relative paths of all files in `folder` but its manifest, sorted.

    Raises:
        ModelTamperedError: something in it is neither a plain file nor a folder.
        ModelTornError: a folder in it cannot be listed.

    """
    found = (path.relative_to(folder).as_posix() for path in _walk(folder))
    return sorted(name for name in found if name != MANIFEST_NAME)


def digest_file(path: Path) -> str:
    """Return the SHA-256 of `path` in hexadecimal; raises `ModelTornError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelTornError(f"{path} cannot be read: {error.strerror}") from error


def digest_files(folder: Path) -> dict[str, str]:
    """Return path and SHA-256 of each file in `folder`; raises as `list_files` does."""
    return {name: digest_file(folder / name) for name in list_files(folder)}


def glance_at(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when any file in `folder` does, without reading them.

    A folder that cannot be listed, or is none, looks empty.
    """
    seen = []
    for place, _, files in os.walk(folder):
        for path in (Path(place, name) for name in files):
            with suppress(OSError):
                found = path.lstat()
                seen.append((str(path), found.st_size, found.st_mtime_ns))
    return tuple(sorted(seen))


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise ModelTornError(f"{folder} cannot be listed: {error.strerror}") from error
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_file(follow_symlinks=False):
            yield path
        else:
            raise ModelTamperedError(f"{path} is a link or a device: a model holds plain files")
