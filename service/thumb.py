"""A frame at a glance: small and grey, for a third of what decoding all of it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from service.decode import flatten, open_picture, read_turn

if TYPE_CHECKING:
    from service.records import Pixels
    from service.settings import DecodeSettings

_LONG_SIDE_PX: Final = 320
# What turns a picture by a quarter.
_QUARTERS: Final = frozenset(
    {
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_270,
        Image.Transpose.TRANSPOSE,
        Image.Transpose.TRANSVERSE,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Thumb:
    """A small picture of a frame: `pixels` is uint8 grey [height, width], upright.

    `width` and `height` are those of the frame in full.
    """

    pixels: Pixels
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels of the frame for one of these."""
        return float(max(self.width, self.height) / max(self.pixels.shape))


def decode_thumb(data: bytes, settings: DecodeSettings) -> Thumb:
    """Decode one picture small; raises the `CallerError` that decoding all of it would raise."""
    with open_picture(data, settings) as picture:
        width, height = picture.size
        turn = read_turn(picture)
        if turn in _QUARTERS:
            width, height = height, width
        # A JPEG's blocks can be decoded to a fraction of their size, without their colours.
        picture.draft("L", _fit(*picture.size))
        picture.load()
        grey = flatten(picture).convert("L")
        upright = np.asarray(grey if turn is None else grey.transpose(turn))
    size = _fit(width, height)
    small = cv2.resize(upright, size, interpolation=cv2.INTER_AREA)
    return Thumb(np.asarray(small, np.uint8), width, height)


def _fit(width: int, height: int) -> tuple[int, int]:
    """Return the size of the thumb of a frame, which is never larger than the frame."""
    scale = min(1.0, _LONG_SIDE_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
