"""Upright rules between the cells of a table, which end a line like a column's end does."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from service.gaps import find_gaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.baseline import Course
    from service.ink import Grey

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


def _sample(
    grey: Grey, course: Course, along: float, below: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return the grey levels at places below a course, those of the frame's edge outside."""
    points = np.rint(course.points_at(np.full_like(below, along), below)).astype(np.intp)
    x = np.clip(points[:, 0], 0, grey.shape[1] - 1)
    y = np.clip(points[:, 1], 0, grey.shape[0] - 1)
    return grey[y, x].astype(np.float32)
