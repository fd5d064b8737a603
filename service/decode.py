"""The first stage: the bytes of one picture become an upright frame, grey or RGB, or an error."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import ExifTags, Image

from service.errors import (
    BodyTooLargeError,
    CallerError,
    FrameEmptyError,
    FrameTooLargeError,
    FrameTooSmallError,
    FrameTypeError,
    FrameUnreadableError,
)
from service.ink import grey_of, rgb_of
from service.records import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.settings import DecodeSettings

MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp")

# What Pillow raises on hostile or broken pictures; the first row that fits counts.
DECODER_ERRORS: Final[dict[type[Exception], type[CallerError]]] = {
    Image.DecompressionBombError: FrameTooLargeError,
    OSError: FrameUnreadableError,
    SyntaxError: FrameUnreadableError,
    ValueError: FrameUnreadableError,
    TypeError: FrameUnreadableError,
    EOFError: FrameUnreadableError,
    LookupError: FrameUnreadableError,
    OverflowError: FrameUnreadableError,
    struct.error: FrameUnreadableError,
    zlib.error: FrameUnreadableError,
}
_CAUGHT = tuple(DECODER_ERRORS)
_DETAILS: Final[dict[type[CallerError], str]] = {
    FrameTooLargeError: "the header promises more pixels than are ever decoded",
    FrameUnreadableError: "the picture is truncated or damaged",
}

# EXIF 2.3, tag 0x0112: how the stored picture must be turned to stand upright.
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_frame(data: bytes, settings: DecodeSettings, *, in_colour: bool = False) -> Frame:
    """Decode one JPEG, PNG or WebP picture; of an animation, the first picture.

    The frame is grey, or RGB where it is wanted `in_colour`, which takes a JPEG twice as long.
    Transparent parts become white, 16 bits a channel become 8. The size in the header is checked
    before any pixel is decoded. A picture that ends early is refused: half a page would be half
    an answer. Bit errors inside a JPEG are let through, as libjpeg does: they spoil a few blocks.

    Raises a `CallerError` for everything that is wrong with `data`.
    """
    with open_picture(data, settings) as picture:
        turn = read_turn(picture)
        if not in_colour:
            # A JPEG has its grey beside its colours, which then are never unpacked.
            picture.draft("L", picture.size)
        picture.load()
        flat = flatten(picture)
        pixels = np.asarray(flat if turn is None else flat.transpose(turn), dtype=np.uint8)
        return Frame(rgb_of(pixels) if in_colour else grey_of(pixels))


@contextmanager
def open_picture(data: bytes, settings: DecodeSettings) -> Iterator[Image.Image]:
    """Open a picture whose size may be decoded, and say in our errors what is wrong with it."""
    if not data:
        raise FrameEmptyError("expected the bytes of a picture, received none")
    if len(data) > settings.max_bytes:
        raise BodyTooLargeError(
            f"expected at most {settings.max_bytes} bytes, received {len(data)}"
        )
    kind = sniff_format(data)
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
            _check_size(picture.size, settings)
            if kind == "PNG":
                _check_sums(data)
            yield picture
    except _CAUGHT as error:
        found = next(ours for theirs, ours in DECODER_ERRORS.items() if isinstance(error, theirs))
        raise found(_DETAILS[found]) from error


def sniff_format(data: bytes) -> str:
    """Return Pillow's name of the format that the first bytes show; raises `FrameTypeError`."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise FrameTypeError("expected a JPEG, PNG or WebP picture; the first bytes show none of these")


def _check_size(size: tuple[int, int], settings: DecodeSettings) -> None:
    width, height = size
    if width * height > settings.max_pixels:
        raise FrameTooLargeError(
            f"expected at most {settings.max_pixels} pixels, the header says {width} x {height}"
        )
    if min(width, height) < settings.min_side_px:
        raise FrameTooSmallError(
            f"expected sides of {settings.min_side_px} pixels or more, "
            f"the header says {width} x {height}"
        )


def _check_sums(data: bytes) -> None:
    """Check the CRC of every chunk of a PNG, which Pillow skips while it decodes."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        picture.verify()


def read_turn(picture: Image.Image) -> Image.Transpose | None:
    """Return what makes the picture stand upright, None where it does."""
    try:
        return _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except _CAUGHT:
        # The pixels are sound without their notes, so a broken EXIF block is no EXIF block.
        return None


def flatten(picture: Image.Image) -> Image.Image:
    """Return the picture in grey if it is, else RGB: alpha on white paper, 16 bits cut to 8."""
    if picture.mode.startswith("I;16"):
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    # Converting what is right already would copy it.
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
