"""The rules of a table: one between two cells ends a line, one between two rows a link."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from service.gaps import find_gaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.baseline import Course
    from service.ink import Grey
    from service.tilt import LineStart

    Floats = NDArray[np.floating]

_INK_LEVEL: Final = 150
# Of a strip's rows: how thin a rule is, and how much of them it crosses.
_MOST_WIDTH_RATIO: Final = 0.16
_LEAST_ROWS: Final = 0.9
# In line heights from the line's middle: no character reaches so far beyond its line.
_REACH: Final = 1.0
_WITHIN: Final = 0.3
_SAMPLES: Final = 41
_LEAST_SAMPLES: Final = 0.95
_LEAN_PX: Final = np.arange(-2, 3)
_BESIDE_RATIO: Final = 0.22
# Of the rule's own contrast within the line, and in grey levels.
_LEAST_SHARE: Final = 0.4
_LEAST_CONTRAST: Final = 8.0
# The letters at both ends of a gap reach a little into it.
_MARGIN_PX: Final = 2
# A rule between two rows, in line heights: how far beyond the line it is looked for, and from where
# below its middle to where above the next one's.
_OVERHANG: Final = 0.3
_ACROSS_SAMPLES: Final = 120
_END_SAMPLES: Final = 2
_BELOW_LINE: Final = 0.3
_ABOVE_NEXT: Final = 0.3
_BESIDE_ROWS: Final = 0.12
_LEANS: Final = (0.0, -0.006, 0.006, -0.012, 0.012, -0.02, 0.02)


def find_border(strip: Grey, grey: Grey, course: Course, *, origin: float, px: float) -> int | None:
    """Return the column in which the ink before the first upright rule ends.

    `strip` was cut from `grey` along `course`; its first column lies `origin` frame pixels along
    it, and each is `px` wide. There is None without a rule that has paper on both sides.
    """
    rows = strip.shape[0]
    for (before, start), (end, _) in pairwise(find_gaps(strip)):
        run = strip[:, start:end]
        if before == 0 or end - start > _MOST_WIDTH_RATIO * rows:
            continue
        if (run < _INK_LEVEL).any(axis=1).mean() < _LEAST_ROWS:
            continue
        if _reaches_beyond(grey, course, origin + (start + end) / 2 * px):
            return before
    return None


def holds_border(grey: Grey, course: Course, start: float, end: float) -> bool:
    """Tell whether an upright rule crosses the gap from `start` to `end`, in pixels on a course.

    Beside bold print a hairline is too pale to be ink; but nothing else goes through a gap.
    """
    height = course.start.height
    reach = np.linspace(-_REACH, _REACH, _SAMPLES) * height
    along = np.arange(start + _MARGIN_PX, end - _MARGIN_PX)
    if len(along) < 2 * _MARGIN_PX:
        return False
    levels = np.stack([_sample(grey, course, place, reach) for place in along], axis=1)
    paper = np.median(levels, axis=1, keepdims=True)
    lean = np.ones((1, len(_LEAN_PX)), np.uint8)
    darkest = cv2.erode(levels, lean)
    is_dark = paper - darkest >= _LEAST_CONTRAST
    return bool((is_dark.mean(axis=0) >= _LEAST_SAMPLES).any())


def is_ruled_off(grey: Grey, course: Course, below: LineStart, *, right: float) -> bool:
    """Tell whether a rule divides a line from the one that starts at `below`, as rows of a table.

    It goes further to both sides than the line, which ends `right` pixels along `course`: an
    underline does not.
    """
    height = course.start.height
    overhang = _OVERHANG * height
    along = np.linspace(-overhang, right + overhang, _ACROSS_SAMPLES)
    rows = np.arange(_BELOW_LINE * height, _depth_below(course, below) - _ABOVE_NEXT * height)
    beside = max(2, round(_BESIDE_ROWS * height))
    if len(rows) <= 2 * beside:
        return False
    # Perspective turns it against the line.
    return any(
        _holds_rule(grey, course, along, rows[:, np.newaxis] + lean * (along - right / 2), beside)
        for lean in _LEANS
    )


def _holds_rule(grey: Grey, course: Course, along: Floats, below: Floats, beside: int) -> bool:
    """Tell whether one of the rows `below` [rows, columns] is dark from end to end."""
    levels = _sample_grid(grey, course.points_at(along, below))
    paper = np.minimum(levels[: -2 * beside], levels[2 * beside :])
    is_dark = paper - levels[beside:-beside] >= _LEAST_CONTRAST
    parts = is_dark, is_dark[:, :_END_SAMPLES], is_dark[:, -_END_SAMPLES:]
    return bool(np.logical_and.reduce([_is_covered(part) for part in parts]).any())


def _is_covered(is_dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(is_dark.mean(axis=1) >= _LEAST_SAMPLES)


def _depth_below(course: Course, place: LineStart) -> float:
    """Return how far below a course's first point a place lies, in pixels."""
    start = course.start
    across = math.cos(start.angle) * (place.y - start.y) - math.sin(start.angle) * (
        place.x - start.x
    )
    return across - float(course.across[0])


def _reaches_beyond(grey: Grey, course: Course, along: float) -> bool:
    """Tell whether what stands at `along` goes on above the line or below it without a break."""
    height = course.start.height
    reach = np.linspace(-_REACH, _REACH, _SAMPLES)
    beside = _BESIDE_RATIO * height
    paper = np.maximum(
        *(_sample(grey, course, at, reach * height) for at in (along - beside, along + beside))
    )
    depths = paper - np.min(
        [_sample(grey, course, along + lean, reach * height) for lean in _LEAN_PX], axis=0
    )
    least = max(_LEAST_CONTRAST, _LEAST_SHARE * np.median(depths[np.abs(reach) < _WITHIN]))
    is_dark = depths >= least
    halves = is_dark[reach > -_WITHIN], is_dark[reach < _WITHIN]
    return any(bool(half.mean() >= _LEAST_SAMPLES) for half in halves)


def _sample(grey: Grey, course: Course, along: float, below: Floats) -> NDArray[np.float32]:
    """Return the grey levels at places below a course."""
    return _sample_grid(grey, course.points_at(np.full_like(below, along), below))


def _sample_grid(grey: Grey, points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the grey levels at `points` [..., 2] (x, y), those of the frame's edge outside."""
    nearest = np.rint(points).astype(np.intp)
    x = np.clip(nearest[..., 0], 0, grey.shape[1] - 1)
    y = np.clip(nearest[..., 1], 0, grey.shape[0] - 1)
    return np.asarray(grey[y, x], np.float32)
