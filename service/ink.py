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
    """Return uint8 grey [height, width] of uint8 RGB [height, width, 3], or of what is grey."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def rgb_of(pixels: Pixels) -> Pixels:
    """Return uint8 RGB [height, width, 3] of uint8 grey [height, width], or of what is RGB."""
    if pixels.ndim == 3:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def is_light_on_dark(grey: Grey, box: Box) -> bool:
    """Tell whether the text in `box` is lighter than its ground.

    Ink covers less than half of a text box, so the ink's side of the median is the longer tail.
    """
    left, top = max(0, int(box.left)), max(0, int(box.top))
    patch = grey[top : int(box.bottom) + 1, left : int(box.right) + 1]
    if patch.size == 0:
        return False
    ranks = [int(share * (patch.size - 1)) for share in (0.05, 0.5, 0.95)]
    low, middle, high = _find_ranked(patch, ranks)
    return high - middle > middle - low


def measure_ink(grey: Grey, line_height: float, *, least_contrast: float = 24.0) -> Grey:
    """Return uint8 [height, width]: how much darker than the paper each pixel is, full ink 255.

    `grey` is dark on light, its line in the middle. The line's own contrast counts as full ink, so
    that faint print weighs as much as bold print, but not less than `least_contrast` grey levels,
    so that grain is no ink.
    """
    dark = darkness_of(grey, line_height)
    full = max(contrast_of(dark), least_contrast)
    return np.asarray(cv2.convertScaleAbs(dark, alpha=255.0 / full), dtype=np.uint8)


def contrast_of(dark: Grey) -> float:
    """Return the darkness that all but a fiftieth of the pixels in the middle rows stay below.

    `dark` is uint8 [height, width] as `darkness_of` returns it, its line in the middle.
    """
    quarter = dark.shape[0] // 4
    middle = dark[quarter : dark.shape[0] - quarter]
    (nearly_all,) = _find_ranked(middle, [int(0.98 * middle.size)])
    return float(nearly_all)


def _find_ranked(grey: Grey, ranks: list[int]) -> list[int]:
    """Return the grey levels that stand at these places of all, sorted; counting is quicker."""
    below = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    found: list[int] = np.searchsorted(below, ranks, side="right").tolist()
    return found


def darkness_of(grey: Grey, line_height: float) -> Grey:
    """Return uint8 [height, width]: by how many grey levels the paper outshines each pixel."""
    return np.asarray(cv2.subtract(_paper_of(grey, line_height), grey), dtype=np.uint8)


def flatten_ground(grey: Grey, line_height: float) -> Grey:
    """Return `grey` with the paper at white and the ink near black, uneven light taken out.

    Ink is as black as its neighbourhood allows: pale print stays legible beside bold print.
    """
    paper = np.maximum(_blur_widely(_paper_of(grey, line_height), line_height / 4), 1)
    depth = np.asarray(1.0 - grey / paper.astype(np.float32), np.float32)
    sample = depth[:, ::2].ravel()
    nearly_all = int(0.98 * (sample.size - 1))
    deepest = float(np.partition(sample, nearly_all)[nearly_all])
    # What is smoothed over a line height need not be known in every column.
    around = _deepest_of_four(depth)
    around = cv2.dilate(around, np.ones((1, 2 * round(line_height / 4) + 1), dtype=np.uint8))
    rank = int(0.9 * (around.shape[0] - 1))
    around = np.partition(around.T, rank, axis=1)[:, rank][np.newaxis]
    full = cv2.GaussianBlur(around, (0, 0), line_height / 4)
    full = cv2.resize(full, (grey.shape[1], 1), interpolation=cv2.INTER_LINEAR)
    full = np.clip(full, max(0.35 * deepest, 0.12), max(deepest, 0.15))
    return np.asarray(np.clip(255 - depth * (255 / full), 0, 255), dtype=np.uint8)


def _deepest_of_four(depth: Ink) -> Ink:
    """Return the largest of every four columns; of fewer than four, the columns as they are."""
    columns = depth.shape[1] // 4 * 4
    if not columns:
        return depth
    first, second, third, fourth = (depth[:, place:columns:4] for place in range(4))
    return np.maximum(np.maximum(first, second), np.maximum(third, fourth))


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
