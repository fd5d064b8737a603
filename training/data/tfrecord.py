"""The TFRecord file: byte strings one after the other, each with its length and checksums.

TensorFlow's documentation of the format: uint64 length, uint32 masked CRC-32C of the length, the
bytes, uint32 masked CRC-32C of the bytes; all little-endian. Reading it here spares each worker of
the feed half a gigabyte of TensorFlow.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

import google_crc32c

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from pathlib import Path

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")


class TornRecordError(DataSetError):
    """The file ends within a record, a checksum is wrong, or it is no TFRecord file at all."""


def append_record(file: BinaryIO, record: bytes) -> None:
    """Write one record where the file stands."""
    length = _LENGTH.pack(len(record))
    file.write(length + _checksum(length) + record + _checksum(record))


def list_offsets(path: Path) -> list[int]:
    """Return where each record of a file starts; reads the lengths only.

    Raises TornRecordError where a length is damaged or the file is too short.
    """
    offsets, size = [], path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at < size:
            offsets.append(at)
            length = _read_length(file, path)
            at += _LENGTH.size + length + 2 * _CHECKSUM.size
            file.seek(at)
    if at != size:
        raise TornRecordError(f"{path}: expected {at} bytes by its lengths, the file has {size}")
    return offsets


def read_record(path: Path, offset: int) -> bytes:
    """Return the record that starts at `offset`; raises TornRecordError where it is damaged."""
    with path.open("rb") as file:
        file.seek(offset)
        record = file.read(_read_length(file, path))
        if file.read(_CHECKSUM.size) != _checksum(record):
            raise TornRecordError(f"{path}: the record at byte {offset} is damaged")
    return record


def _read_length(file: BinaryIO, path: Path) -> int:
    at, length = file.tell(), file.read(_LENGTH.size)
    if len(length) < _LENGTH.size or file.read(_CHECKSUM.size) != _checksum(length):
        raise TornRecordError(f"{path}: expected the length of a TFRecord at byte {at}")
    return int(_LENGTH.unpack(length)[0])


def _checksum(data: bytes) -> bytes:
    crc = int(google_crc32c.value(data))
    return _CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
