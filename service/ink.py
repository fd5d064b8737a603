"""Ink: how much darker (or lighter, on a dark page) a pixel is than the paper right around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.records import Box, Pixels

    Grey = NDArray[np.uint8]
    Ink = NDArray[np.float32]


def grey_of(pixels: Pixels) -> Grey:
    """Return uint8 grey [height, width] of uint8 RGB [height, width, 3]."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def is_light_on_dark(grey: Grey, box: Box) -> bool:
    """Tell whether the text in `box` is lighter than its ground.

    Ink covers less than half of a text box, so the ink's side of the median is the longer tail.
    """
    left, top = max(0, int(box.left)), max(0, int(box.top))
    patch = grey[top : int(box.bottom) + 1, left : int(box.right) + 1]
    if patch.size == 0:
        return False
    low, middle, high = np.percentile(patch, (5, 50, 95))
    return bool(high - middle > middle - low)


def measure_ink(grey: Grey, line_height: float, *, least_contrast: float = 24.0) -> Ink:
    """Return float32 [height, width] in 0..1: how much darker than the paper each pixel is.

    `grey` is dark on light, its line in the middle. The line's own contrast counts as full ink, so
    that faint print weighs as much as bold print, but not less than `least_contrast` grey levels,
    so that grain is no ink.
    """
    dark = darkness_of(grey, line_height)
    full = max(contrast_of(dark), least_contrast)
    return np.asarray(np.minimum(dark / full, 1.0), dtype=np.float32)


def contrast_of(dark: Grey) -> float:
    """Return the darkness that all but a fiftieth of the pixels in the middle rows stay below.

    `dark` is uint8 [height, width] as `darkness_of` returns it, its line in the middle.
    """
    quarter = dark.shape[0] // 4
    middle = dark[quarter : dark.shape[0] - quarter]
    nearly_all = int(0.98 * middle.size)
    return float(np.partition(middle, nearly_all, axis=None)[nearly_all])


def darkness_of(grey: Grey, line_height: float) -> Grey:
    """Return uint8 [height, width]: by how many grey levels the paper outshines each pixel."""
    return np.asarray(cv2.subtract(_paper_of(grey, line_height), grey), dtype=np.uint8)


def flatten_ground(grey: Grey, line_height: float) -> Grey:
    """Return `grey` with the paper at white and the ink near black, uneven light taken out.

    Ink is as black as its neighbourhood allows: pale print stays legible beside bold print.
    """
    paper = np.maximum(_blur_widely(_paper_of(grey, line_height), line_height / 4), 1)
    depth = 1.0 - grey / paper.astype(np.float32)
    deepest = float(np.percentile(depth[:, ::2], 98))
    # What is smoothed over a line height need not be known in every column.
    around = cv2.dilate(depth, np.ones((1, 2 * round(line_height) + 1), dtype=np.uint8))
    around = cv2.resize(
        around, (max(1, around.shape[1] // 4), around.shape[0]), interpolation=cv2.INTER_NEAREST
    )
    rank = int(0.9 * (around.shape[0] - 1))
    around = np.partition(around.T, rank, axis=1)[:, rank][np.newaxis]
    full = cv2.GaussianBlur(around, (0, 0), line_height / 4)
    full = cv2.resize(full, (grey.shape[1], 1), interpolation=cv2.INTER_LINEAR)
    full = np.clip(full, max(0.35 * deepest, 0.12), max(deepest, 0.15))
    return np.asarray(np.clip(255 - depth * (255 / full), 0, 255), dtype=np.uint8)


def _blur_widely(grey: Grey, sigma: float) -> Grey:
    """Blur at a quarter of the size: what is that smooth loses nothing by it."""
    columns, rows = grey.shape[1], grey.shape[0]
    small = cv2.resize(
        grey, (max(1, columns // 4), max(1, rows // 4)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(cv2.resize(small, (columns, rows)), dtype=np.uint8)


def _paper_of(grey: Grey, line_height: float) -> cv2.typing.MatLike:
    """Return the paper under the ink, by a closing wider than any stroke.

    A closing follows the brightest grain; without grain it follows the paper.
    """
    size = max(3, round(0.6 * line_height)) | 1
    grain = max(3, round(0.2 * line_height)) | 1
    smooth = cv2.blur(grey, (grain, grain))
    return cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((size, size), dtype=np.uint8))
