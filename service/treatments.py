"""Treatments of a strip: the same print in another light, for a second reading when in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from service.records import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.records import Pixels, Symbol, TextLine

    Treatment = Callable[[Pixels], Pixels]

# Of stock `eng`; the URL model's is somewhat smaller.
_NETWORK_PX = 36
_PADDING_PX = 4


def soften(pixels: Pixels) -> Pixels:
    """Burn the paper's grain out to white and blur what is left of the noise."""
    bright = np.minimum(pixels.astype(np.float32) * 1.25, 255)
    return pad(np.asarray(cv2.GaussianBlur(bright, (0, 0), 1.0), dtype=np.uint8))


def squeeze(pixels: Pixels) -> Pixels:
    """Soften, and make the letters narrower by an eighth."""
    return _resize(soften(pixels), width_ratio=0.875)


def shrink(pixels: Pixels) -> Pixels:
    """Soften, and scale to the height at which Tesseract's network works."""
    ratio = _NETWORK_PX / pixels.shape[0]
    return _resize(soften(pixels), width_ratio=ratio, height_ratio=ratio)


def fit(pixels: Pixels) -> Pixels:
    """Put white paper round the strip, and scale all of it to the height of Tesseract's network.

    Tesseract would do that by itself, but find letters in the large picture and make a PNG of it
    first, which takes a sixth of its time.
    """
    padded = pad(pixels)
    ratio = _NETWORK_PX / padded.shape[0]
    return _resize(padded, width_ratio=ratio, height_ratio=ratio)


def pad(pixels: Pixels) -> Pixels:
    """Put white paper round the strip."""
    return np.pad(pixels, _PADDING_PX, constant_values=255)


def _resize(pixels: Pixels, *, width_ratio: float, height_ratio: float = 1.0) -> Pixels:
    size = max(1, round(pixels.shape[1] * width_ratio)), round(pixels.shape[0] * height_ratio)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


TREATMENTS: Final[tuple[Treatment, ...]] = (soften, squeeze, pad, shrink)
"""In the order in which they are tried: the one that reads best first."""

QUICKEST: Final[Treatment] = fit
"""Where there is one reading only: it reads as well as the best one, in less time."""


def treat(strip: Strip, treatment: Treatment) -> Strip:
    """Return the strip with its pixels treated."""
    return Strip(np.ascontiguousarray(treatment(strip.pixels)), strip.polygon)


def rescale(line: TextLine, factor: float) -> TextLine:
    """Return the line with its symbols' places multiplied by `factor`."""
    return replace(line, symbols=tuple(_rescale_symbol(symbol, factor) for symbol in line.symbols))


def _rescale_symbol(symbol: Symbol, factor: float) -> Symbol:
    return symbol._replace(left=symbol.left * factor, right=symbol.right * factor)
