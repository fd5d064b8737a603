"""Picture files: whether they can be read, their size as a person sees them, and their pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training.data.dataset import PixelBox

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
# TensorFlow decodes these, in these modes; any other picture is written anew.
_PLAIN_MODES = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}}
# Turned by a quarter: a point (x, y) of a stored picture of (width, height), as a person sees it.
_QUARTER_TURNS: dict[int, Callable[[float, float, int, int], tuple[float, float]]] = {
    5: lambda x, y, _w, _h: (y, x),
    6: lambda x, y, _w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, _h: (y, w - x),
}
JPEG_QUALITY = 95


class PictureError(DataSetError):
    """The file is no picture, or a damaged one."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture file says of itself; `orientation` is EXIF's, 1 to 8, 1 being upright."""

    stored_size: tuple[int, int]
    orientation: int
    digest: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as a person sees it."""
        width, height = self.stored_size
        return (height, width) if self.orientation in _QUARTER_TURNS else (width, height)


def inspect_picture(path: Path) -> PictureFacts:
    """Return the facts of a picture file, all of which is decoded; raises PictureError."""
    data = _read_bytes(path)
    picture = _decode(data)
    return PictureFacts(picture.size, _orientation(picture), sha256(data).hexdigest())


def open_upright(path: Path) -> Image.Image:
    """Return a picture as a person sees it, grey or RGB; raises PictureError."""
    return _to_plain(ImageOps.exif_transpose(_decode(_read_bytes(path))))


def encode_for_record(path: Path) -> tuple[bytes, str]:
    """Return a picture's bytes and their format, `jpeg` or `png`, as any reader sees it upright.

    The file's own bytes where that holds of them; raises PictureError.
    """
    data = _read_bytes(path)
    picture = _decode(data)
    kind = picture.format or ""
    if _orientation(picture) == 1 and picture.mode in _PLAIN_MODES.get(kind, ()):
        return data, kind.lower()
    kind = "JPEG" if kind == "JPEG" else "PNG"
    return encode(_to_plain(ImageOps.exif_transpose(picture)), kind), kind.lower()


def encode(picture: Image.Image, kind: str) -> bytes:
    """Return the file of a grey or RGB picture, `JPEG` or `PNG`, without metadata."""
    stream = io.BytesIO()
    picture.save(stream, kind, **({"quality": JPEG_QUALITY} if kind == "JPEG" else {}), exif=b"")
    return stream.getvalue()


def turn_box(box: PixelBox, facts: PictureFacts) -> PixelBox:
    """Return a box on the stored pixels of a picture turned by a quarter as a person sees it."""
    turn, size = _QUARTER_TURNS[facts.orientation], facts.stored_size
    first, second = turn(box[1], box[0], *size), turn(box[3], box[2], *size)
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(first, second, strict=True))
    return top, left, bottom, right


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"cannot be read: {error.strerror}") from error


def _decode(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except UnidentifiedImageError:
        raise PictureError("not a picture that can be decoded") from None
    # Pillow's decoders raise all of these for damaged files.
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise PictureError(f"damaged: {error}") from error
    return picture


def _to_plain(picture: Image.Image) -> Image.Image:
    """Return 8-bit grey or RGB; transparency is dropped, as TensorFlow's decoders drop it."""
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


def _orientation(picture: Image.Image) -> int:
    number = int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return number if 1 <= number <= 8 else 1
