"""The digest of training data: the same for the same pictures, whoever made them and where."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def digest_data(data: Path) -> str:
    """Return the SHA-256 over name and content of all files of `data`, in hexadecimal.

    `data` is a folder, one file, or a pattern in a folder's file names. Links are followed, hidden
    files left out. Raises FileNotFoundError where there is no such folder or file.
    """
    whole = hashlib.sha256()
    for name, path in sorted(_list_files(data)):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        # The form of `sha256sum`, so that a shell can make the same.
        whole.update(f"{content}  {name}\n".encode())
    return whole.hexdigest()


def _list_files(data: Path) -> list[tuple[str, Path]]:
    paths = _walk(data) if data.is_dir() else data.parent.glob(data.name)
    root = data if data.is_dir() else data.parent
    found = [(path.relative_to(root).as_posix(), path) for path in paths if path.is_file()]
    if not found and not data.is_dir():
        raise FileNotFoundError(f"expected data at {data}, found none")
    return [(name, path) for name, path in found if not path.name.startswith(".")]


def _walk(folder: Path) -> Iterable[Path]:
    for place, _, names in os.walk(folder, followlinks=True):
        yield from (Path(place, name) for name in names)
