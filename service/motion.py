"""How the picture moved between two frames of a stream, found at low resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.records import Pixels
    from service.thumb import Thumb

    Matrix = NDArray[np.float64]
    Points = NDArray[np.float32]

_MAX_POINTS: Final = 80
_MIN_POINTS: Final = 10
# Of the points that were followed, those that must move as one.
_MIN_AGREEMENT: Final = 0.4
_MAX_ZOOM: Final = 1.5
# Levels of grey between two pictures of one thing: in the mean, and in the worst of the cells.
_STILL_MEAN: Final = 1.5
_STILL_CELL: Final = 5.0
_CELLS: Final = (20, 20)
_STANDSTILL: Final = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where things went: `matrix` [2, 3] takes places in the frame before to this one, in pixels.

    None, where the two frames do not show the same thing. `is_still` says that nothing changed.
    """

    matrix: Matrix | None
    is_still: bool = False


class MotionFinder:
    """Compares each frame of a stream with the one before; costs a few milliseconds."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._before: Thumb | None = None

    def follow(self, thumb: Thumb) -> Motion:
        """Return what moved since the frame before; of frames that are still, the first stays."""
        before = self._before
        if before is None or (thumb.width, thumb.height) != (before.width, before.height):
            self._before = thumb
            return Motion(None)
        if _is_still(before.pixels, thumb.pixels):
            return Motion(_STANDSTILL, is_still=True)
        self._before = thumb
        found = _find_motion(before.pixels, thumb.pixels)
        return Motion(None if found is None else _enlarge(found, thumb.scale))


def _is_still(before: Pixels, now: Pixels) -> bool:
    change = cv2.absdiff(before, now)
    if float(change.mean()) >= _STILL_MEAN:
        return False
    return float(cv2.resize(change, _CELLS, interpolation=cv2.INTER_AREA).max()) < _STILL_CELL


def _find_motion(before: Pixels, now: Pixels) -> Matrix | None:
    """Return the turn, zoom and shift [2, 3] that most corners of `before` went through.

    Phase correlation gives the shift, however wide; from there corners are followed by optical
    flow (Lucas and Kanade 1981), and a robust fit says how they moved as one.
    """
    corners = cv2.goodFeaturesToTrack(before, _MAX_POINTS, 0.02, 5)
    if corners is None or len(corners) < _MIN_POINTS:
        return None
    guess = corners + np.array(_find_shift(before, now), dtype=np.float32)
    arrived, found, _ = cv2.calcOpticalFlowPyrLK(
        before,
        now,
        corners,
        guess,
        winSize=(13, 13),
        maxLevel=2,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    kept = found.ravel() == 1
    if kept.sum() < _MIN_POINTS:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(
        corners[kept], arrived[kept], ransacReprojThreshold=1.5
    )
    return matrix if matrix is not None and _is_plausible(matrix, inliers, len(corners)) else None


def _find_shift(before: Pixels, now: Pixels) -> tuple[float, float]:
    height, width = before.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(before.astype(np.float32), now.astype(np.float32), window)
    return float(shift[0]), float(shift[1])


def _is_plausible(matrix: Matrix, inliers: Pixels, followed: int) -> bool:
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    agreement = float(inliers.sum()) / followed
    return agreement >= _MIN_AGREEMENT and 1 / _MAX_ZOOM < zoom < _MAX_ZOOM


def _enlarge(matrix: Matrix, factor: float) -> Matrix:
    """Return the same motion in the pixels of the whole frame."""
    enlarged = matrix.copy()
    enlarged[:, 2] *= factor
    return enlarged
