"""Frames brought down to what the detector looks at, before its graph would do the same.

A published model says how large a picture it looks at. Its graph shrinks whatever it is given, in
TensorFlow, where that takes three times as long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from service.ink import grey_of, rgb_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from model_store import StoredModel
    from service.records import Pixels

    Rows = tuple[int, int]
    ShareOut = Callable[[Callable[[Rows], Pixels], Iterable[Rows]], Iterable[Pixels]]

# Side by side they take half the time, and the same whole.
_BANDS: Final = 2


@dataclass(frozen=True, slots=True)
class View:
    """What a detector looks at: pictures whose longer side has at most `long_side` pixels.

    `is_grey` says that it makes a grey picture of whatever it is given; `share_out` applies a
    function to the bands of a picture, side by side where it can.
    """

    long_side: int
    is_grey: bool
    share_out: ShareOut = field(default=map, compare=False)

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
        return _resize(fitted, size, math.floor(1 / scale), self.share_out)


def _resize(pixels: Pixels, size: tuple[int, int], factor: int, share_out: ShareOut) -> Pixels:
    """Return `pixels` in `size` (width, height), at least `factor` times smaller.

    As in the graph: means of whole blocks, which are fast, then a triangle as wide as it has to be.
    """
    height, width = (side // factor for side in pixels.shape[:2])
    if factor > 1:
        whole = pixels[: height * factor, : width * factor]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
    edges = sorted({round(size[1] * band / _BANDS) for band in range(_BANDS + 1)})
    bands = share_out(lambda band: _resize_band(pixels, size, band), pairwise(edges))
    return np.concatenate(list(bands))


def _resize_band(pixels: Pixels, size: tuple[int, int], band: Rows) -> Pixels:
    """Return the rows from `band[0]` to `band[1]` (outside) of `pixels` in `size`."""
    height, width = pixels.shape[:2]
    top, bottom = (edge * height / size[1] for edge in band)
    # The triangle of a row reaches this far into its neighbours.
    reach = math.ceil(max(1.0, height / size[1])) + 1
    first, last = max(0, math.floor(top) - reach), min(height, math.ceil(bottom) + reach)
    part = Image.fromarray(pixels[first:last])
    box = (0, top - first, width, bottom - first)
    rows = part.resize((size[0], band[1] - band[0]), Image.Resampling.BILINEAR, box=box)
    return np.asarray(rows, np.uint8)


def read_view(model: StoredModel, share_out: ShareOut = map) -> View | None:
    """Return what the model looks at by its manifest, None where that does not say."""
    known = model.manifest.preprocessing if model.manifest else {}
    long_side = known.get("long_side")
    if not isinstance(long_side, int) or long_side < 1:
        return None
    return View(long_side, is_grey=known.get("channels") == 1, share_out=share_out)
