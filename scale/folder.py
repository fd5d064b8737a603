"""A folder of files, on this machine or in object storage."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from pyarrow import ArrowInvalid
from pyarrow.fs import FileSelector, FileSystem, FileType

_HIDDEN: Final = (".", "_")


class Folder:
    """Files under one path or URL, each known by its path in there; may be pickled.

    A URL is one of Arrow's (`s3://`, `gs://`, `abfs://`, `hdfs://`, `file://`) or one of fsspec's.
    """

    def __init__(self, url: str) -> None:
        """Open a path or URL; raises `OSError` or `ValueError` for one that leads nowhere."""
        self.url = url if "://" in url else str(Path(url).absolute())
        self._files, root = _open_file_system(self.url)
        self._root = root.rstrip("/")

    def contains(self, other: Folder) -> bool:
        """Tell whether `other` is this folder or lies inside it."""
        is_same_system: bool = self._files.equals(other._files)
        return is_same_system and f"{other._root}/".startswith(f"{self._root}/")

    def list_files(self, *, is_recursive: bool = True) -> list[str]:
        """Return all files in order, without those that begin with a dot or an underscore.

        Raises `FileNotFoundError` where there is no such folder.
        """
        return [name for name in self._list(is_recursive) if not _is_hidden(name)]

    def list_beside(self, prefix: str) -> list[str]:
        """Return the files of this folder itself whose names begin with `prefix`, in order."""
        return [name for name in self._list(False) if name.startswith(prefix)]

    def create(self) -> None:
        """Make the folder, unless it is there."""
        self._files.create_dir(self._root, recursive=True)

    def read(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file, or no more than its first `max_bytes`; raises `OSError`."""
        with self._files.open_input_stream(self._path_of(name)) as file:
            data: bytes = file.read(max_bytes)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write a file that is there whole or not at all; replaces one of that name."""
        # Hidden, so that what a killed writer leaves behind is never taken for a file.
        part = self._path_of(f".{name}.{uuid4().hex}")
        with self._files.open_output_stream(part) as file:
            file.write(data)
        self._files.move(part, self._path_of(name))

    def delete(self, name: str) -> None:
        """Delete a file, unless it is gone."""
        with suppress(FileNotFoundError):
            self._files.delete_file(self._path_of(name))

    def _list(self, is_recursive: bool) -> list[str]:
        found = self._files.get_file_info(FileSelector(self._root, recursive=is_recursive))
        files = (info.path for info in found if info.type == FileType.File)
        return sorted(path.removeprefix(f"{self._root}/") for path in files)

    def _path_of(self, name: str) -> str:
        return f"{self._root}/{name}"


def _is_hidden(name: str) -> bool:
    return any(part.startswith(_HIDDEN) for part in name.split("/"))


def _open_file_system(url: str) -> tuple[FileSystem, str]:
    """Return who knows the files under `url`, and how they call its folder."""
    try:
        opened: tuple[FileSystem, str] = FileSystem.from_uri(url)
    except ArrowInvalid:
        opened = FileSystem.from_uri(f"fsspec+{url}")
    return opened
