"""The course of one printed line: its middle axis, traced step by step along the line's own ink."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from service.ink import measure_contrast, measure_ink
from service.tilt import LineStart, line_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.ink import Grey, Ink

    Floats = NDArray[np.floating]

WINDOW_LINE_PX = 24
STEP_RATIO = 0.75
_HALF_ROWS = int(1.4 * WINDOW_LINE_PX)
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
        across = np.interp(along, self.along, self.across)
        slope = np.interp(along, self.along, np.gradient(self.across, self.along))
        length = np.hypot(1.0, slope)
        u = along - below * (slope / length)
        v = across + below / length
        cos, sin = math.cos(self.start.angle), math.sin(self.start.angle)
        return np.stack([self.start.x + u * cos - v * sin, self.start.y + u * sin + v * cos], -1)

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
    offsets, weights = [0.0], [1.0]
    slope, blank, is_at_edge = 0.0, 0, False
    while len(offsets) * STEP_RATIO < max_ratio and blank * STEP_RATIO < stop_gap_ratio:
        here = _advance(
            start, along=len(offsets) * step, across=offsets[-1] + slope * step, slope=slope
        )
        if not is_inside(grey, here):
            is_at_edge = blank == 0
            break
        window = measure_ink(cut_window(grey, here), WINDOW_LINE_PX, least_contrast=least)
        if _has_rule(window):
            break
        blank = 0 if has_ink(window) else blank + 1
        shift, weight = match_line(window)
        offsets.append(offsets[-1] + slope * step + shift * here.height * min(weight, 1.0))
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
    ahead = 1.2 * start.height
    inside = start._replace(
        x=start.x + ahead * math.cos(start.angle), y=start.y + ahead * math.sin(start.angle)
    )
    contrast = measure_contrast(cut_window(grey, inside), WINDOW_LINE_PX)
    return max(_LEAST_CONTRAST_RATIO * contrast, 8.0)


def cut_window(grey: Grey, at: LineStart) -> Grey:
    """Return a window 2.5 line heights wide, turned upright, centred on `at`."""
    scale = at.height / WINDOW_LINE_PX
    cos, sin = math.cos(at.angle) * scale, math.sin(at.angle) * scale
    width, height = int(2.5 * WINDOW_LINE_PX) | 1, 2 * _HALF_ROWS + 1
    x0, y0 = width // 2, height // 2
    matrix = np.array(
        [[cos, -sin, at.x - cos * x0 + sin * y0], [sin, cos, at.y - sin * x0 - cos * y0]]
    )
    flags = (cv2.INTER_AREA if scale > 2 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    window = cv2.warpAffine(
        grey, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.blur(window, (3, 3)), dtype=np.uint8)


def _advance(start: LineStart, *, along: float, across: float, slope: float) -> LineStart:
    cos, sin = math.cos(start.angle), math.sin(start.angle)
    return LineStart(
        start.x + along * cos - across * sin,
        start.y + along * sin + across * cos,
        start.angle + math.atan(slope),
        start.height,
    )


def has_ink(window: Ink) -> bool:
    """Tell whether the middle step of the window holds ink between ascender top and baseline."""
    middle = _middle_step(window)
    rows = middle.shape[0] // 2
    body = middle[rows - int(0.45 * WINDOW_LINE_PX) : rows + int(0.32 * WINDOW_LINE_PX)]
    return bool(np.count_nonzero(body > 0.5) >= _MIN_INK_PX)


def _has_rule(window: Ink) -> bool:
    """Tell whether a thin rule, as in a table, crosses the middle step from top to bottom.

    Perspective makes it lean, so rows are counted and not columns; print leaves the rows between
    two lines blank.
    """
    is_ink = _middle_step(window) > 0.35
    return bool(is_ink.any(axis=1).mean() > _RULE_ROWS and is_ink.mean() < _RULE_INK)


def _middle_step(window: Ink) -> Ink:
    middle, half = window.shape[1] // 2, max(1, int(STEP_RATIO * WINDOW_LINE_PX / 2))
    return window[:, middle - half : middle + half + 1]


def match_line(window: Ink) -> tuple[float, float]:
    """Return how far below the window's axis the line lies, in line heights, and how sure."""
    profile = window.sum(axis=1)
    moves, models = _moved_profiles()
    best = int(np.argmax(models @ profile))
    total = float(
        profile[_HALF_ROWS - WINDOW_LINE_PX // 2 : _HALF_ROWS + WINDOW_LINE_PX // 2].sum()
    )
    weight = min(1.0, total / (WINDOW_LINE_PX * WINDOW_LINE_PX * 0.25))
    return float(moves[best]), weight


@cache
def _moved_profiles() -> tuple[Floats, Ink]:
    """Return the moves that are tried, in line heights, and the line's profile moved by each."""
    rows = np.arange(-_HALF_ROWS, _HALF_ROWS + 1)
    moves = np.arange(-_SEARCH_RATIO, _SEARCH_RATIO + 0.01, 0.02)
    models = [line_profile(WINDOW_LINE_PX, rows - move * WINDOW_LINE_PX) for move in moves]
    return moves, np.stack(models)


def _recent_slope(offsets: list[float], weights: list[float], step: float) -> float:
    """Fit a line to the last steps, drawn to level while there are few."""
    values = np.array(offsets[-_RECENT_STEPS:])
    weight = np.array(weights[-_RECENT_STEPS:]) + 1e-3
    places = np.arange(len(values)) * step
    centre = places - np.average(places, weights=weight)
    spread = float((weight * centre * centre).sum()) + (2.0 * step) ** 2
    return float((weight * centre * values).sum()) / spread


def _smooth(values: Floats, weights: Floats, stiffness: float = 2.0) -> Floats:
    """Smooth by Whittaker's penalised least squares on second differences."""
    bend = np.diff(np.eye(len(values)), n=2, axis=0)
    system = np.diag(weights + 1e-3) + stiffness * bend.T @ bend
    return np.linalg.solve(system, weights * values + 1e-3 * values)
