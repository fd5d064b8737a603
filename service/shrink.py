"""Frames brought down to what the detector looks at, before its graph would do the same.

A published model says how large a picture it looks at. Its graph shrinks whatever it is given, in
TensorFlow, where that takes several times as long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from service.ink import grey_of, rgb_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model_store import StoredModel
    from service.records import Pixels


@dataclass(frozen=True, slots=True)
class View:
    """What a detector looks at: pictures whose longer side has at most `long_side` pixels.

    `is_grey` says that it makes a grey picture of whatever it is given.
    """

    long_side: int
    is_grey: bool

    def shrink(self, pixels: Pixels) -> Pixels:
        """Return uint8 RGB [h, w, 3] of a frame's pixels, as large as the detector would make it.

        Of a grey picture in three colours the graph gets the same grey again.
        """
        return rgb_of(pixels if max(pixels.shape) <= self.long_side else self.fit(pixels))

    def fit(self, pixels: Pixels) -> Pixels:
        """Return what the network sees of a frame's pixels: grey [h, w] or RGB [h, w, 3]."""
        height, width = pixels.shape[:2]
        scale = self.long_side / max(height, width)
        fitted = grey_of(pixels) if self.is_grey else rgb_of(pixels)
        if scale >= 1:
            return fitted
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return _resize(fitted, size, factor=math.floor(1 / scale))


def _resize(pixels: Pixels, size: tuple[int, int], *, factor: int) -> Pixels:
    """Return `pixels` in `size` (width, height), at least `factor` times smaller.

    As in the graph: means of whole blocks, which are fast, then a triangle as wide as it has to be.
    """
    height, width = (side // factor for side in pixels.shape[:2])
    if factor > 1:
        whole = pixels[: height * factor, : width * factor]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
    along, down = _spread(width / size[0]), _spread(height / size[1])
    smooth = cv2.sepFilter2D(pixels, -1, along, down)
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR_EXACT), np.uint8)


def _spread(ratio: float) -> NDArray[np.float32]:
    """Return the filter [3] after which pixels may be sampled linearly, `ratio` (< 2) apart.

    Both together spread a pixel as far as a triangle over `ratio` pixels on either side, whose
    variance is a sixth of the square, in a quarter of its time. With whole 256ths a page reckons
    the same (`assets/shrink.js`).
    """
    side = round(256 * (ratio * ratio - 1) / 12) / 256
    return np.array([side, 1 - 2 * side, side], np.float32)


def read_view(model: StoredModel) -> View | None:
    """Return what the model looks at by its manifest, None where that does not say."""
    known = model.manifest.preprocessing if model.manifest else {}
    long_side = known.get("long_side")
    if not isinstance(long_side, int) or long_side < 1:
        return None
    return View(long_side, is_grey=known.get("channels") == 1)
