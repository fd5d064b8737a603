"""The course of one printed line: its middle axis, traced step by step along the line's own ink."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from service.band import STEP_RATIO, cut_band
from service.tilt import LineStart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.band import Band, Look
    from service.ink import Grey

    Floats = NDArray[np.floating]

_BAND_STEPS = 8
_MOST_BAND_TURN = 0.06
_KEPT_BLANK_STEPS = 1
_RECENT_STEPS = 6
# Of the contrast so many line heights ahead of the start, what is fainter is no ink.
_LEAST_CONTRAST_RATIO = 0.5
_LEAST_CONTRAST = 8.0
_CONTRAST_AHEAD_RATIO = 1.2


@dataclass(frozen=True, eq=False)
class Course:
    """The middle axis of a line, as heights over a straight axis.

    `along` [n] rises from 0 at `start` in steps of `STEP_RATIO` line heights; `across` [n] is the
    axis' distance below the straight one, both in frame pixels. Ink was seen up to `followed`, no
    more than a step before; the rest is there to have a course. `is_at_edge` says that its ink
    runs out of the frame, `is_at_rule` that it ends before an upright rule, within two steps; what
    is fainter than `least_contrast` was taken for paper.
    """

    start: LineStart
    along: Floats
    across: Floats
    followed: float
    is_at_edge: bool
    is_at_rule: bool
    least_contrast: float

    def points_at(self, along: Floats, below: Floats | float = 0.0) -> Floats:
        """Return frame points [..., 2] (x, y), moved `below` the axis along its normal.

        `along` and `below` are broadcast against each other.
        """
        x, y, normal_x, normal_y = self.axis_at(along)
        return np.stack([x + below * normal_x, y + below * normal_y], -1)

    def axis_at(self, along: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return x and y of the axis in the frame and of its normal downwards, each as `along`."""
        across = np.interp(along, self.along, self.across)
        slope = np.interp(along, self.along, self._slopes)
        length = np.hypot(1.0, slope)
        cos, sin = math.cos(self.start.angle), math.sin(self.start.angle)
        return (
            self.start.x + along * cos - across * sin,
            self.start.y + along * sin + across * cos,
            -(slope * cos + sin) / length,
            (cos - slope * sin) / length,
        )

    @cached_property
    def _slopes(self) -> Floats:
        return np.gradient(self.across, self.along[1])

    def end_in(self, grey: Grey) -> float:
        """Return how far the line goes in the frame `grey`: with its ink, as far as that does.

        That is less than a step beyond the course.
        """
        end = float(self.along[-1])
        if not self.is_at_edge:
            return end
        x, y, angle, height = self.start_at(end)
        ahead = (x, grey.shape[1], math.cos(angle)), (y, grey.shape[0], math.sin(angle))
        room = min(_room_ahead(*axis) for axis in ahead)
        return end + min(max(room, 0.0), STEP_RATIO * height)

    def start_at(self, along: float, below: float = 0.0) -> LineStart:
        """Return the place on the course at `along` as a start of its own."""
        (x, y), (ahead_x, ahead_y) = self.points_at(np.array([along, along + 1.0]), below)
        return LineStart(x, y, math.atan2(ahead_y - y, ahead_x - x), self.start.height)


def trace_course(
    grey: Grey,
    start: LineStart,
    *,
    stop_gap_ratio: float,
    max_ratio: float,
    least_contrast: float | None = None,
    may_start_at_rule: bool = False,
) -> Course:
    """Follow the line from `start` to a gap of `stop_gap_ratio` line heights, a rule or the edge.

    `grey` is dark on light. The course is at most `max_ratio` line heights long. What is fainter
    than `least_contrast` is no ink; where it is not known it is measured at `start`. A rule right
    at the start is no end where the line `may_start_at_rule`: it stands before the line, then.
    """
    step = STEP_RATIO * start.height
    follower = _Follower(grey, start, least_contrast)
    offsets, weights = [0.0], [1.0]
    slope, blank, is_at_edge, is_at_rule = 0.0, 0, False, False
    while len(offsets) * STEP_RATIO < max_ratio and blank * STEP_RATIO < stop_gap_ratio:
        along, across = len(offsets) * step, offsets[-1] + slope * step
        if not is_inside(grey, _advance(start, along=along, across=across, slope=slope)):
            is_at_edge = blank == 0
            break
        seen = follower.look(len(offsets), across, slope)
        if seen.has_rule and not (may_start_at_rule and len(offsets) == 1):
            is_at_rule = True
            break
        blank = 0 if seen.has_ink else blank + 1
        offsets.append(across + seen.shift * start.height * seen.weight)
        weights.append(seen.weight)
        slope = _recent_slope(offsets, weights, step)
    spare = max(0, blank - _KEPT_BLANK_STEPS)
    offsets, weights = offsets[: len(offsets) - spare], weights[: len(weights) - spare]
    followed = (len(offsets) - 1) * step
    while len(offsets) < 3:
        offsets.append(offsets[-1] + slope * step)
        weights.append(0.1)
    return Course(
        start=start,
        along=np.arange(len(offsets)) * step,
        across=_smooth(np.array(offsets), np.array(weights)),
        followed=followed,
        is_at_edge=is_at_edge,
        is_at_rule=is_at_rule,
        least_contrast=follower.least_contrast,
    )


def is_inside(grey: Grey, place: LineStart) -> bool:
    """Tell whether `place` lies in the frame."""
    return bool(0 <= place.x < grey.shape[1] and 0 <= place.y < grey.shape[0])


def _room_ahead(place: float, size: int, direction: float) -> float:
    """Return how far it is to the edge of an axis with `size` pixels."""
    if direction == 0:
        return math.inf
    return ((size - 1 if direction > 0 else 0) - place) / direction


def _advance(start: LineStart, *, along: float, across: float, slope: float) -> LineStart:
    cos, sin = math.cos(start.angle), math.sin(start.angle)
    return LineStart(
        start.x + along * cos - across * sin,
        start.y + along * sin + across * cos,
        start.angle + math.atan(slope),
        start.height,
    )


class _Follower:
    """Looks at a line's steps through bands; a new one is cut where the last does not reach."""

    def __init__(self, grey: Grey, start: LineStart, least_contrast: float | None) -> None:
        self._grey, self._start = grey, start
        band = self._cut_band(0, 0.0, 0.0)
        if least_contrast is None:
            contrast = band.contrast(ahead_ratio=_CONTRAST_AHEAD_RATIO)
            least_contrast = max(_LEAST_CONTRAST_RATIO * contrast, _LEAST_CONTRAST)
        self.least_contrast = least_contrast
        self._look_through(band, 0, 0.0, 0.0)

    def look(self, step: int, across: float, slope: float) -> Look:
        """Return what is seen at a step, `across` the straight axis, where the line has `slope`."""
        seen = None
        if abs(slope - self._slope) <= _MOST_BAND_TURN:
            seen = self._find(step, across)
        if seen is None:
            self._look_through(self._cut_band(step, across, slope), step, across, slope)
            seen = self._find(step, across)
        return cast("Look", seen)

    def _cut_band(self, step: int, across: float, slope: float) -> Band:
        along = step * STEP_RATIO * self._start.height
        place = _advance(self._start, along=along, across=across, slope=slope)
        return cut_band(self._grey, place, ahead_ratio=_BAND_STEPS * STEP_RATIO)

    def _look_through(self, band: Band, step: int, across: float, slope: float) -> None:
        px, turn = STEP_RATIO * self._start.height, math.atan(slope)
        self._looks = band.look_along(
            _BAND_STEPS + 1, px / math.cos(turn), least_contrast=self.least_contrast
        )
        self._step, self._across, self._slope = step, across, slope
        self._px, self._cos, self._sin = px, math.cos(turn), math.sin(turn)

    def _find(self, step: int, across: float) -> Look | None:
        steps = step - self._step
        right, down = steps * self._px, across - self._across
        return self._looks.at(steps, down * self._cos - right * self._sin)


def _recent_slope(offsets: list[float], weights: list[float], step: float) -> float:
    """Fit a line to the last steps, drawn to level while there are few."""
    # Plain numbers: for six of them arrays cost ten times as much.
    total = along = across = 0.0
    recent = list(enumerate(zip(offsets[-_RECENT_STEPS:], weights[-_RECENT_STEPS:], strict=True)))
    for place, (_, weight) in recent:
        total += weight + 1e-3
        along += place * (weight + 1e-3)
    middle = along / total
    spread = 4.0
    for place, (offset, weight) in recent:
        lever = (weight + 1e-3) * (place - middle)
        spread += lever * (place - middle)
        across += lever * offset
    return across / (spread * step)


def _smooth(values: Floats, weights: Floats, stiffness: float = 2.0) -> Floats:
    """Smooth by Whittaker's penalised least squares on second differences."""
    system = stiffness * _bends(len(values))
    np.fill_diagonal(system, system.diagonal() + weights + 1e-3)
    return np.linalg.solve(system, weights * values + 1e-3 * values)


@lru_cache(maxsize=128)
def _bends(number: int) -> Floats:
    """Return [number, number]: the form that gives the sum of all squared second differences."""
    bend = np.diff(np.eye(number), n=2, axis=0)
    return bend.T @ bend
