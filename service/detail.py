"""How much of its print a picture shows: sharp and near is more, blurred or far away is less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from service.records import Box, Frame

_LEAST_PX: Final = 4
_PAPER_AND_INK: Final = (0.05, 0.95)
_STEEPEST: Final = 0.97
# Less than so many levels of grey between ink and paper is mostly grain.
_LEAST_CONTRAST: Final = 16.0


def measure_detail(frame: Frame, box: Box) -> float:
    """Return how many strokes' edges, as steep as they are in `box`, fit into its height.

    It is 0 where the box is too small to tell. Pictures of the same print can be compared by it.
    """
    left, top = max(0, int(box.left)), max(0, int(box.top))
    patch = frame.pixels[top : int(box.bottom) + 1, left : int(box.right) + 1]
    if min(patch.shape[:2]) < _LEAST_PX:
        return 0.0
    grey = patch if patch.ndim == 2 else cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    dark, light = np.quantile(grey, _PAPER_AND_INK)
    steepest = np.quantile(cv2.absdiff(grey[:, 1:], grey[:, :-1]), _STEEPEST)
    return float(box.height * steepest / max(light - dark, _LEAST_CONTRAST))
