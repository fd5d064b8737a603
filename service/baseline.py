"""The course of one printed line: its middle axis, traced step by step along the line's own ink."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from service.band import HALF_COLUMNS, HALF_ROWS, LINE_PX, cut_band
from service.ink import contrast_of
from service.tilt import LineStart, line_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.band import Window
    from service.ink import Grey, Ink

    Floats = NDArray[np.floating]

STEP_RATIO = 0.75
_BAND_STEPS = 8
_MOST_BAND_TURN = 0.06
_SEARCH_RATIO = 0.22
_MIN_INK_PX = 5
_KEPT_BLANK_STEPS = 1
_RECENT_STEPS = 6
_RULE_ROWS = 0.95
_RULE_INK = 0.35
_LEAST_CONTRAST_RATIO = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The middle axis of a line, as heights over a straight axis.

    `along` [n] rises from 0 at `start` in steps of `STEP_RATIO` line heights; `across` [n] is the
    axis' distance below the straight one, both in frame pixels. `is_at_edge` says that its ink
    runs out of the frame; what is fainter than `least_contrast` was taken for paper.
    """

    start: LineStart
    along: Floats
    across: Floats
    is_at_edge: bool
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
        slope = np.interp(along, self.along, np.gradient(self.across, self.along))
        length = np.hypot(1.0, slope)
        cos, sin = math.cos(self.start.angle), math.sin(self.start.angle)
        return (
            self.start.x + along * cos - across * sin,
            self.start.y + along * sin + across * cos,
            -(slope * cos + sin) / length,
            (cos - slope * sin) / length,
        )

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
) -> Course:
    """Follow the line from `start` to a gap of `stop_gap_ratio` line heights, a rule or the edge.

    `grey` is dark on light. The course is at most `max_ratio` line heights long. What is fainter
    than `least_contrast` is no ink; where it is not known it is measured at `start`.
    """
    step = STEP_RATIO * start.height
    least = measure_least_contrast(grey, start) if least_contrast is None else least_contrast
    look = _Look(grey, start, least)
    offsets, weights = [0.0], [1.0]
    slope, blank, is_at_edge = 0.0, 0, False
    while len(offsets) * STEP_RATIO < max_ratio and blank * STEP_RATIO < stop_gap_ratio:
        along, across = len(offsets) * step, offsets[-1] + slope * step
        if not is_inside(grey, _advance(start, along=along, across=across, slope=slope)):
            is_at_edge = blank == 0
            break
        window = look.at(along, across, slope)
        if _has_rule(window):
            break
        blank = 0 if has_ink(window) else blank + 1
        shift, weight = match_line(window)
        offsets.append(across + shift * start.height * weight)
        weights.append(weight)
        slope = _recent_slope(offsets, weights, step)
    spare = max(0, blank - _KEPT_BLANK_STEPS)
    offsets, weights = offsets[: len(offsets) - spare], weights[: len(weights) - spare]
    while len(offsets) < 3:
        offsets.append(offsets[-1] + slope * step)
        weights.append(0.1)
    return Course(
        start=start,
        along=np.arange(len(offsets)) * step,
        across=_smooth(np.array(offsets), np.array(weights)),
        is_at_edge=is_at_edge,
        least_contrast=least,
    )


def is_inside(grey: Grey, place: LineStart) -> bool:
    """Tell whether `place` lies in the frame."""
    return bool(0 <= place.x < grey.shape[1] and 0 <= place.y < grey.shape[0])


def measure_least_contrast(grey: Grey, start: LineStart) -> float:
    """Return the grey levels below which nothing on the line that starts at `start` is ink."""
    inside = _advance(start, along=1.2 * start.height, across=0.0, slope=0.0)
    contrast = contrast_of(cut_band(grey, inside).dark)
    return max(_LEAST_CONTRAST_RATIO * contrast, 8.0)


def _advance(start: LineStart, *, along: float, across: float, slope: float) -> LineStart:
    cos, sin = math.cos(start.angle), math.sin(start.angle)
    return LineStart(
        start.x + along * cos - across * sin,
        start.y + along * sin + across * cos,
        start.angle + math.atan(slope),
        start.height,
    )


class _Look:
    """Looks at a line's steps through bands; a new one is cut where the last does not reach."""

    def __init__(self, grey: Grey, start: LineStart, least_contrast: float) -> None:
        self._grey, self._start, self._least_contrast = grey, start, least_contrast
        self._cut(0.0, 0.0, 0.0)

    def at(self, along: float, across: float, slope: float) -> Window:
        """Return the window at a place over the straight axis, where the line has `slope`."""
        window = None
        if abs(slope - self._slope) <= _MOST_BAND_TURN:
            window = self._find(along, across)
        if window is None:
            self._cut(along, across, slope)
            window = self._find(along, across)
        return cast("Window", window)

    def _cut(self, along: float, across: float, slope: float) -> None:
        place = _advance(self._start, along=along, across=across, slope=slope)
        self._band = cut_band(self._grey, place, ahead_ratio=_BAND_STEPS * STEP_RATIO)
        self._along, self._across, self._slope = along, across, slope

    def _find(self, along: float, across: float) -> Window | None:
        right, down, turn = along - self._along, across - self._across, math.atan(self._slope)
        cos, sin = math.cos(turn), math.sin(turn)
        return self._band.window_at(
            right * cos + down * sin,
            down * cos - right * sin,
            least_contrast=self._least_contrast,
        )


def has_ink(window: Window) -> bool:
    """Tell whether the middle step of the window holds ink between ascender top and baseline."""
    body = _middle_step(window)[HALF_ROWS - int(0.45 * LINE_PX) : HALF_ROWS + int(0.32 * LINE_PX)]
    return bool(np.count_nonzero(body > 0.5 * window.full) >= _MIN_INK_PX)


def _has_rule(window: Window) -> bool:
    """Tell whether a thin rule, as in a table, crosses the middle step from top to bottom.

    Perspective makes it lean, so rows are counted and not columns; print leaves the rows between
    two lines blank.
    """
    is_ink = _middle_step(window) > 0.35 * window.full
    inked = np.count_nonzero(is_ink)
    if inked <= _RULE_ROWS * is_ink.shape[0] or inked >= _RULE_INK * is_ink.size:
        return False
    return bool(np.count_nonzero(is_ink.any(axis=1)) > _RULE_ROWS * is_ink.shape[0])


def _middle_step(window: Window) -> Grey:
    half = max(1, int(STEP_RATIO * LINE_PX / 2))
    return window.dark[:, HALF_COLUMNS - half : HALF_COLUMNS + half + 1]


def match_line(window: Window) -> tuple[float, float]:
    """Return how far below the window's axis the line lies, in line heights, and how sure."""
    ink = cv2.min(window.dark, window.full)
    profile = cv2.reduce(ink, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel() / window.full
    moves, models = _moved_profiles()
    best = int(np.argmax(models @ profile))
    total = float(profile[HALF_ROWS - LINE_PX // 2 : HALF_ROWS + LINE_PX // 2].sum())
    return float(moves[best]), min(1.0, total / (LINE_PX * LINE_PX * 0.25))


@cache
def _moved_profiles() -> tuple[Floats, Ink]:
    """Return the moves that are tried, in line heights, and the line's profile moved by each."""
    rows = np.arange(-HALF_ROWS, HALF_ROWS + 1)
    moves = np.arange(-_SEARCH_RATIO, _SEARCH_RATIO + 0.01, 0.02)
    models = [line_profile(LINE_PX, rows - move * LINE_PX) for move in moves]
    return moves, np.stack(models)


def _recent_slope(offsets: list[float], weights: list[float], step: float) -> float:
    """Fit a line to the last steps, drawn to level while there are few."""
    # Plain numbers: for six of them arrays cost ten times as much.
    values = offsets[-_RECENT_STEPS:]
    weight = [one + 1e-3 for one in weights[-_RECENT_STEPS:]]
    total = sum(weight)
    mean = sum(place * step * one for place, one in enumerate(weight)) / total
    centre = [place * step - mean for place in range(len(values))]
    spread = sum(one * x * x for one, x in zip(weight, centre, strict=True)) + (2.0 * step) ** 2
    return sum(one * x * y for one, x, y in zip(weight, centre, values, strict=True)) / spread


def _smooth(values: Floats, weights: Floats, stiffness: float = 2.0) -> Floats:
    """Smooth by Whittaker's penalised least squares on second differences."""
    bend = np.diff(np.eye(len(values)), n=2, axis=0)
    system = np.diag(weights + 1e-3) + stiffness * bend.T @ bend
    return np.linalg.solve(system, weights * values + 1e-3 * values)
