"""The next line of a column: where it starts, found from a place on the line above it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from service.band import LINE_PX, STEP_RATIO, cut_band
from service.baseline import is_inside, trace_course
from service.columns import find_gutter

if TYPE_CHECKING:
    from service.band import Looks
    from service.baseline import Course
    from service.ink import Grey
    from service.tilt import LineStart

# Whole rows of a band.
_PITCH_RATIOS: Final = np.rint(np.arange(0.85, 2.0, 0.1) * LINE_PX) / LINE_PX
# The next line may be indented or centred, but starts no further right than the one above ends.
_PROBES: Final = (0.75, 2.0, 3.5, 5.0, 6.5, 8.0, 9.25, 10.5, 11.75, 13.0)
_MAX_LEFT_RATIO: Final = 100.0
# On the way to a gutter that was seen a gap is a word space; what is wider lies beside an indent.
_INDENT_RATIO: Final = 2.0
_SURE_RATIO: Final = 2.0
_MIN_MATCH: Final = 0.25
_MAX_MISS: Final = 0.06


def find_next_line(grey: Grey, course: Course, *, stop_gap_ratio: float) -> LineStart | None:
    """Return the left end of the line below `course` in the same column, None if there is none.

    `course` starts somewhere in its line; its column begins at the next gutter to the left, or
    where the line's own ink does.
    """
    tracer = _LeftTracer(grey, course, stop_gap_ratio)
    left = tracer.trace(course.start, knows_angle=True)
    ahead = math.hypot(course.start.x - left.x, course.start.y - left.y) + course.along[-1]
    farthest = max(float(ahead) / left.height, 1.0)
    below = _step_down(grey, left, farthest_ratio=farthest, least_contrast=course.least_contrast)
    return None if below is None else tracer.trace(below)


class _LeftTracer:
    """Follows the lines of one column to their left ends."""

    def __init__(self, grey: Grey, course: Course, stop_gap_ratio: float) -> None:
        # Rightwards in the mirrored frame is leftwards.
        self._mirrored = np.asarray(cv2.flip(grey, 1), dtype=np.uint8)
        self._least_contrast = course.least_contrast
        self._gutter = find_gutter(grey, course.start, least_contrast=course.least_contrast)
        self._stop_gap_ratio = _INDENT_RATIO if self._gutter else stop_gap_ratio

    def trace(self, place: LineStart, *, knows_angle: bool = False) -> LineStart:
        """Return the left end of the line that `place` lies on, whose angle may be known."""
        most = _MAX_LEFT_RATIO * place.height
        if self._gutter:
            most = self._gutter.distance_from(place)
        back = trace_course(
            self._mirrored,
            self._mirror(place),
            stop_gap_ratio=self._stop_gap_ratio,
            # The last step may fall short of it.
            max_ratio=most / place.height + STEP_RATIO,
            least_contrast=self._least_contrast,
        )
        along = min(most, back.end_in(self._mirrored))
        if knows_angle and back.followed < place.height:
            # So little of the line to the left does not tell how it runs.
            return _move(place, along=-along)
        end = self._mirror(back.start_at(along))
        # How the line runs at its very end is told by its last step alone.
        before = back.start_at(max(0.0, along - _SURE_RATIO * place.height))
        return end._replace(angle=-before.angle)

    def _mirror(self, place: LineStart) -> LineStart:
        x = self._mirrored.shape[1] - 1 - place.x
        return place._replace(x=x, angle=-place.angle)


def _move(start: LineStart, *, along: float = 0.0, below: float = 0.0) -> LineStart:
    cos, sin = np.cos(start.angle), np.sin(start.angle)
    x = start.x + along * cos - below * sin
    y = start.y + along * sin + below * cos
    return start._replace(x=float(x), y=float(y))


def _step_down(
    grey: Grey, left: LineStart, *, farthest_ratio: float, least_contrast: float
) -> LineStart | None:
    """Return a place on the line below, None where no ink follows within two line heights.

    It lies at most `farthest_ratio` line heights right of where `left` does.
    """
    probes = [probe for probe in _PROBES if probe <= farthest_ratio]
    deepest = float(_PITCH_RATIOS[-1])
    band = cut_band(grey, left, ahead_ratio=probes[-1], below_ratio=deepest)
    for probe in probes:
        place = _move(left, along=probe * left.height)
        looks = band.look_down(_PITCH_RATIOS, ahead_ratio=probe, least_contrast=least_contrast)
        below = None if looks is None else _find_pitch(grey, place, looks)
        if below is not None:
            return below
    return None


def _find_pitch(grey: Grey, place: LineStart, looks: Looks) -> LineStart | None:
    """Return the place one line below `place`, None where `looks` show none there."""
    for step, ratio in enumerate(_PITCH_RATIOS):
        below = _move(place, below=ratio * place.height)
        seen = looks.at(step) if is_inside(grey, below) else None
        if seen is None:
            return None
        if seen.weight > _MIN_MATCH and abs(seen.shift) < _MAX_MISS and seen.has_ink:
            return _move(below, below=seen.shift * place.height)
    return None
