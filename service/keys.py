"""The keys of callers: kept as hashes in a file that is read again whenever it changes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from service.errors import KeysFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MARK: Final = "plk_"
_LINE: Final = re.compile(r"([A-Za-z0-9._-]{1,64})\s+([0-9a-f]{64})(?:\s+(\d{1,7}))?")
_HEADER: Final = "# name, SHA-256 of the key, frames a minute (empty: as the settings say)\n"


@dataclass(frozen=True, slots=True)
class Key:
    """One caller's key: its hash, the name that the log has, and a limit of its own."""

    name: str
    digest: str
    frames_per_minute: int | None = None

    def to_line(self) -> str:
        """Return the key as it stands in the file."""
        limit = "" if self.frames_per_minute is None else f" {self.frames_per_minute}"
        return f"{self.name} {self.digest}{limit}\n"


def make_secret() -> str:
    """Return a new key; its 256 bits are beyond guessing, so that one plain hash will do."""
    return _MARK + secrets.token_urlsafe(32)


def digest_secret(secret: str) -> str:
    """Return the hash under which a key is known."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_keys(path: Path) -> list[Key]:
    """Return the keys in a file; raises `KeysFileError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysFileError(
            f"cannot read the keys in {path}; make one with `printlink keys add NAME`"
        ) from error
    return _check_lines(path, text.splitlines())


def write_keys(path: Path, keys: Iterable[Key]) -> None:
    """Replace the file in one step, readable by its owner only; raises `KeysFileError`."""
    lines = [key.to_line() for key in keys]
    _check_lines(path, lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_HEADER + "".join(lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class KeyRing:
    """The keys in a file, by their hashes; a key that leaves the file opens nothing any more."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises `KeysFileError`."""
        self._path = path
        self._seen = _look_at(path)
        self._keys = {key.digest: key for key in read_keys(path)}
        self._log = structlog.get_logger("printlink")

    def find(self, digest: str) -> Key | None:
        """Return the key with this hash, None if there is none."""
        self._refresh()
        return self._keys.get(digest)

    def _refresh(self) -> None:
        """Read a changed file; one that cannot be read changes nothing, but is told."""
        seen = _look_at(self._path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._keys = {key.digest: key for key in read_keys(self._path)}
            self._log.info("keys_read", keys=len(self._keys))
        except KeysFileError as error:
            self._log.error("keys_not_read", exc_info=error)


def _check_lines(path: Path, lines: Iterable[str]) -> list[Key]:
    """Return the keys in the lines of a file; raises `KeysFileError`."""
    entries = [(number, line) for number, line in enumerate(lines, start=1) if _is_entry(line)]
    keys = [_parse_line(path, number, line) for number, line in entries]
    for names in ([key.name for key in keys], [key.digest for key in keys]):
        if len(set(names)) < len(names):
            raise KeysFileError(f"{path}: the same name or the same key stands there twice")
    return keys


def _is_entry(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _parse_line(path: Path, number: int, line: str) -> Key:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise KeysFileError(f"{path}, line {number}: expected a name, a SHA-256 and maybe a number")
    name, digest, limit = found.groups()
    return Key(name, digest, None if limit is None else int(limit))


def _look_at(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with any change of the file, None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
