"""A band: a piece of the page along a line, straightened once and then looked at in windows."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from service.ink import contrast_of, darkness_of
from service.tilt import line_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.ink import Grey, Ink
    from service.tilt import LineStart

LINE_PX = 24
"""Line height in a band: enough to tell x-height from ascenders."""

STEP_RATIO = 0.75
"""From one step along a line to the next, in line heights."""

HALF_ROWS = int(1.4 * LINE_PX)
HALF_COLUMNS = int(1.25 * LINE_PX)
_ROWS, _COLUMNS = 2 * HALF_ROWS + 1, 2 * HALF_COLUMNS + 1
_HALF_STEP = int(STEP_RATIO * LINE_PX / 2)
_SLACK_ROWS = int(0.7 * LINE_PX)
_SEARCH_RATIO = 0.22
# Between ascender top and baseline, in a window's rows.
_INK_TOP, _INK_BOTTOM = HALF_ROWS - int(0.45 * LINE_PX), HALF_ROWS + int(0.32 * LINE_PX)
_BODY = slice(HALF_ROWS - LINE_PX // 2, HALF_ROWS + LINE_PX // 2)
_MIN_INK_PX = 5
_LEAST_RULE_PX = 3 * LINE_PX + 1
_RULE_ROWS = 0.95
_RULE_INK = 0.35
_RULE_LEVEL = 0.35
_INK_LEVEL = 0.5


class Look(NamedTuple):
    """What is seen through a window round a place on a line: 2.8 line heights tall, 2.5 wide.

    `shift` is how far below the place the line's axis lies, in line heights, and `weight` in 0..1
    how sure that is. The window's middle is `STEP_RATIO` line heights wide: `has_ink` says that it
    holds ink between ascender top and baseline, `has_rule` that a thin rule, as in a table, crosses
    it from top to bottom.
    """

    shift: float
    weight: float
    has_ink: bool
    has_rule: bool


class Band:
    """The paper to the right of `place`, its direction along the rows.

    `dark` is uint8 [rows, columns], grey levels below the paper; `axis_row` is the row on which
    `place` lies, in column `HALF_COLUMNS`.
    """

    def __init__(self, place: LineStart, dark: Grey, axis_row: int) -> None:
        """Take what `cut_band` cut."""
        self.dark = dark
        self._axis_row = axis_row
        self._px = LINE_PX / place.height

    def contrast(self, *, ahead_ratio: float) -> float:
        """Return the contrast so many line heights ahead of the place, in grey levels."""
        left = round(ahead_ratio * LINE_PX)
        return contrast_of(self.dark[:, left : left + _COLUMNS])

    def look_along(self, steps: int, stride: float, *, least_contrast: float) -> Looks:
        """Return what is seen `steps` times, `stride` frame pixels apart, from `place` on.

        The line's own contrast is full ink, so that faint print weighs as much as bold print, but
        not less than `least_contrast` grey levels: grain is no ink.
        """
        lefts = [round(step * stride * self._px) for step in range(steps)]
        most = self.dark.shape[1] - _COLUMNS
        # [steps, rows, columns]
        dark = np.stack([self.dark[:, left : left + _COLUMNS] for left in lefts if left <= most])
        return Looks(dark, least_contrast, axis_row=self._axis_row, px=self._px)

    def look_down(
        self, ratios: NDArray[np.floating], *, ahead_ratio: float = 0.0, least_contrast: float
    ) -> Looks | None:
        """Return what is seen `ratios` line heights below a place, one step for each.

        The place is `ahead_ratio` line heights ahead of the band's own. Where nothing below it is
        as dark as ink, which is soon seen, there is nothing to look at.
        """
        left = round(ahead_ratio * LINE_PX)
        tops = self._axis_row - HALF_ROWS + np.rint(ratios * LINE_PX).astype(np.intp)
        below = self.dark[tops[0] : tops[-1] + _ROWS, left : left + _COLUMNS]
        if below[HALF_ROWS:].max() <= _INK_LEVEL * least_contrast:
            return None
        dark = np.stack([below[top : top + _ROWS] for top in tops - tops[0]])
        return Looks(dark, least_contrast, axis_row=HALF_ROWS, px=self._px)


class Looks:
    """What windows at the steps along a band show, for every height that they may stand at.

    Rows are summed for all of them at once: window by window it took twice as long.
    """

    def __init__(self, dark: Grey, least_contrast: float, *, axis_row: int, px: float) -> None:
        """Sum the rows of `dark` [steps, rows, columns], whose line lies about `axis_row`."""
        self._axis_row = axis_row
        self._px = px
        self._steps = len(dark)
        self._heights = dark.shape[1] - _ROWS + 1
        top = axis_row - HALF_ROWS
        full = np.maximum(_contrasts(dark[:, top : top + _ROWS]), least_contrast)
        rows = dark.shape[:2]
        clipped = np.minimum(dark.reshape(len(dark), -1), _levels(full))
        self._profiles = _sum_rows(clipped, rows) / full[:, np.newaxis]
        middle = dark[:, :, HALF_COLUMNS - _HALF_STEP : HALF_COLUMNS + _HALF_STEP + 1]
        # Whole pictures compare several times as fast as row by row.
        flat = middle.reshape(len(dark), -1)
        self._inked = _count_above(flat, _levels(full, _INK_LEVEL), rows)
        self._ruled = _count_above(flat, _levels(full, _RULE_LEVEL), rows)
        self._may_have_rule = (np.count_nonzero(self._ruled, axis=1) > _RULE_ROWS * _ROWS).tolist()

    def at(self, step: int, below: float = 0.0) -> Look | None:
        """Return what is seen at a step, `below` its place in frame pixels; None outside."""
        top = self._axis_row + round(below * self._px) - HALF_ROWS
        if not (step < self._steps and 0 <= top < self._heights):
            return None
        profile = self._profiles[step, top : top + _ROWS]
        moves, models = _moved_profiles()
        # So few numbers are added up faster as plain ones.
        body = sum(profile[_BODY].tolist())
        inked = sum(self._inked[step, top + _INK_TOP : top + _INK_BOTTOM].tolist())
        return Look(
            moves[int((models @ profile).argmax())],
            min(1.0, body / (LINE_PX * LINE_PX * 0.25)),
            inked >= _MIN_INK_PX,
            self._may_have_rule[step] and _is_rule(self._ruled[step, top : top + _ROWS]),
        )


def _contrasts(dark: Grey) -> Ink:
    """Return `contrast_of` of each picture [n, rows, columns]; every other pixel is enough."""
    quarter = dark.shape[1] // 4
    middle = dark[:, quarter : dark.shape[1] - quarter : 2, ::2].reshape(len(dark), -1)
    nearly_all = int(0.98 * middle.shape[1])
    return np.asarray(np.partition(middle, nearly_all, axis=1)[:, nearly_all], np.float32)


def _is_rule(inked: Ink) -> bool:
    """Tell whether rows that hold so many inked pixels show a thin rule from top to bottom.

    Perspective makes it lean, so rows are counted and not columns; print leaves the rows between
    two lines blank.
    """
    if np.count_nonzero(inked) <= _RULE_ROWS * _ROWS:
        return False
    return bool(inked.sum() < _RULE_INK * _ROWS * (2 * _HALF_STEP + 1))


def _count_above(dark: Grey, levels: Grey, rows: tuple[int, ...]) -> Ink:
    """Return how many pixels of each row [steps, rows] are darker than the picture's level."""
    return _sum_rows((dark > levels).view(np.uint8), rows)


def _levels(full: Ink, share: float = 1.0) -> Grey:
    """Return a share of full ink as bytes [n, 1], which compare with pixels much faster."""
    return (share * full).astype(np.uint8)[:, np.newaxis]


def _sum_rows(values: Grey, rows: tuple[int, ...]) -> Ink:
    """Return the sums of pictures' rows as float32 `rows` [n, rows], from [n, pixels]."""
    flat = values.reshape(rows[0] * rows[1], -1)
    sums = cv2.reduce(flat, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
    return np.asarray(sums, np.float32).reshape(rows)


@cache
def _moved_profiles() -> tuple[list[float], Ink]:
    """Return the moves that are tried, in line heights, and the line's profile moved by each."""
    rows = np.arange(-HALF_ROWS, HALF_ROWS + 1)
    moves = np.arange(-_SEARCH_RATIO, _SEARCH_RATIO + 0.01, 0.02)
    models = [line_profile(LINE_PX, rows - move * LINE_PX) for move in moves]
    return moves.tolist(), np.stack(models)


def cut_band(
    grey: Grey, place: LineStart, *, ahead_ratio: float = 0.0, below_ratio: float = 0.0
) -> Band:
    """Cut the band for windows from `place` to `ahead_ratio` line heights right of it.

    It reaches `below_ratio` line heights further down than a line needs. `grey` is dark on light.
    """
    scale = place.height / LINE_PX
    cos, sin = math.cos(place.angle) * scale, math.sin(place.angle) * scale
    axis_row = HALF_ROWS + _SLACK_ROWS
    x0, y0 = HALF_COLUMNS, axis_row
    matrix = np.array(
        [[cos, -sin, place.x - cos * x0 + sin * y0], [sin, cos, place.y - sin * x0 - cos * y0]]
    )
    columns = 2 * HALF_COLUMNS + 1 + math.ceil(ahead_ratio * LINE_PX)
    rows = 2 * axis_row + 1 + math.ceil(below_ratio * LINE_PX)
    band = cv2.warpAffine(
        grey,
        matrix,
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    smooth = np.asarray(cv2.blur(band, (3, 3)), dtype=np.uint8)
    dark = darkness_of(smooth, LINE_PX)
    # What is level and longer than any character is a rule: the line does not follow it.
    rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, _LEAST_RULE_PX), np.uint8))
    return Band(place, np.asarray(cv2.subtract(dark, rules), np.uint8), axis_row)
