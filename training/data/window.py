"""Square windows on a picture: where to lay them, and the example that one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from training.boxes import box_areas
from training.example import Example

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes

# A box of which less than this share is in the window is an ignore region.
LEAST_SEEN = 0.7
# Under this share nothing is left that could mislead: it is background.
LEAST_TRACE = 0.05
PADDING = (114, 114, 114)


class Window(NamedTuple):
    """A square in a picture's pixels; it may reach beyond the picture."""

    top: int
    left: int
    side: int


def letterbox_window(height: int, width: int) -> Window:
    """Return the smallest window with all of a picture in it."""
    side = max(height, width)
    return Window((height - side) // 2, (width - side) // 2, side)


def place_window(
    shape: tuple[int, int], side: int, rng: np.random.Generator, *, around: Boxes | None = None
) -> Window:
    """Return a random window on a picture of this `shape` with little of what is outside it.

    It holds all of the box `around` (pixels) where that is smaller, or else is filled by it.
    """
    corner = []
    for axis, length in enumerate(shape):
        low, high = min(0, length - side), max(0, length - side)
        if around is not None:
            ends = sorted([float(around[axis + 2]) - side, float(around[axis])])
            low, high = max(low, int(np.ceil(ends[0]))), min(high, int(ends[1]))
        corner.append(int(rng.integers(low, high + 1)) if low <= high else high)
    return Window(corner[0], corner[1], side)


def cut_window(whole: Example, window: Window, size: int, *, least_side: float = 0.0) -> Example:
    """Return what a window shows of a whole picture, `size` by `size` pixels.

    Boxes that it cuts, or whose area comes below the square of `least_side` in pixels, are ignore
    regions.
    """
    height, width = whole.image.shape[:2]
    pixels = whole.boxes * np.array([height, width, height, width], np.float32)
    origin = np.array([window.top, window.left, window.top, window.left], np.float32)
    boxes: Boxes = (pixels - origin) / np.float32(window.side)
    seen: Boxes = np.clip(boxes, 0.0, 1.0)
    areas = box_areas(boxes)
    share = box_areas(seen) / np.maximum(areas, np.finfo(np.float32).tiny)
    is_lost = (share < LEAST_SEEN) | (areas * size**2 < least_side**2)
    kept = share >= LEAST_TRACE
    return Example(
        _resize_window(whole.image, window, size),
        seen[kept],
        whole.classes[kept],
        (whole.ignored | is_lost)[kept],
    )


def _resize_window(image: NDArray[np.uint8], window: Window, size: int) -> NDArray[np.uint8]:
    (height, width), (top, left, side) = image.shape[:2], window
    inside = image[max(top, 0) : top + side, max(left, 0) : left + side]
    above, before = max(-top, 0), max(-left, 0)
    below, behind = max(top + side - height, 0), max(left + side - width, 0)
    padded = cv2.copyMakeBorder(
        inside, above, below, before, behind, cv2.BORDER_CONSTANT, value=PADDING
    )
    method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    resized: NDArray[np.uint8] = cv2.resize(padded, (size, size), interpolation=method)
    return resized
