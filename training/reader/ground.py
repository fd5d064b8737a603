"""The flat ground of a strip: paper goes to white and ink to black, as the service does it.

The service's own code is out of reach from here, and need not be met exactly: how far it is
followed varies from strip to strip, so that the reader depends on no detail of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    Floats = NDArray[np.float32]


def vary_ground(strip: Grey, rng: np.random.Generator) -> Grey:
    """Return `strip` (uint8 [H, W], dark on light) flattened, in some strips half or not at all."""
    chance = rng.random()
    if chance < 0.05:
        return _stretch(strip)
    flat = flatten(strip, closing_ratio=float(rng.uniform(0.5, 0.7)))
    if chance < 0.85:
        return flat
    share = float(rng.uniform(0.4, 1.0))
    return np.asarray(cv2.addWeighted(flat, share, _stretch(strip), 1 - share, 0), np.uint8)


def flatten(strip: Grey, *, closing_ratio: float = 0.6) -> Grey:
    """Divide by the paper, then set the darkest ink around each column to black."""
    height, width = strip.shape
    paper = _blur_small(_close(strip, closing_ratio), height / 4)
    depth = np.asarray(1.0 - strip / np.maximum(paper, 1).astype(np.float32), np.float32)
    deepest = float(np.percentile(depth[:, ::2], 98))
    around = cv2.dilate(depth[:, ::4], np.ones((1, height // 2 + 1), np.uint8))
    rank = int(0.9 * (height - 1))
    full = np.partition(around, rank, axis=0)[rank][np.newaxis]
    full = cv2.resize(cv2.GaussianBlur(full, (0, 0), height / 16), (width, 1))
    full = np.clip(full, max(0.35 * deepest, 0.12), max(deepest, 0.15))
    return np.asarray(np.clip(255 - depth * (255 / full), 0, 255), np.uint8)


def _close(strip: Grey, ratio: float) -> Grey:
    size, grain = round(ratio * strip.shape[0]) | 1, round(0.2 * strip.shape[0]) | 1
    smooth = cv2.blur(strip, (grain, grain))
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return np.asarray(closed, np.uint8)


def _blur_small(grey: Grey, sigma: float) -> Grey:
    height, width = grey.shape
    small = cv2.resize(
        grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(cv2.resize(small, (width, height)), np.uint8)


def _stretch(strip: Grey) -> Grey:
    low, high = np.percentile(strip[:, ::2], (1, 80))
    spread = (strip.astype(np.float32) - low) * (255 / max(high - low, 30.0))
    return np.asarray(np.clip(spread, 0, 255), np.uint8)
