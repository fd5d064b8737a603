"""Files of strips in the form that Tesseract's trainer reads, `.lstmf`, written directly.

Tesseract writes one itself (`tesseract PICTURE OUT lstm.train`), a process for each picture. The
form is that of `DocumentData::SaveDocument` in Tesseract 4 and 5, little-endian: a count, and for
each picture its name, page number, PNG, language, text, boxes, the boxes' texts, and whether it is
vertical. A vector and a text begin with their length.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_IS_THERE = b"\x01"
_FIRST_PAGE = struct.pack("<i", 0)
_HORIZONTAL = b"\x00"
_ONE = struct.pack("<I", 1)


def save_lstmf(path: Path, strips: Sequence[tuple[NDArray[np.uint8], str]]) -> None:
    """Write pictures (uint8 [H, W]) and what stands in them."""
    pages = [_encode_page(pixels, text) for pixels, text in strips]
    path.write_bytes(struct.pack("<I", len(pages)) + b"".join(pages))


def _encode_page(pixels: NDArray[np.uint8], text: str) -> bytes:
    height, width = pixels.shape
    _, png = cv2.imencode(".png", pixels)
    no_name = no_language = _encode_bytes(b"")
    said = _encode_bytes(text.encode())
    box = struct.pack("<4h", 0, 0, width, height)
    parts = (_IS_THERE, no_name, _FIRST_PAGE, _encode_bytes(png.tobytes()), no_language, said)
    return b"".join((*parts, _ONE, box, _ONE, said, _HORIZONTAL))


def _encode_bytes(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data
