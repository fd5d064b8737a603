"""Extent: from where to where a line has ink, in a strip that may have more than the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from service.gaps import find_gaps
from service.ink import flatten_ground
from service.rules import erase_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.ink import Grey

# Print whose contrast is below this share of its neighbour's is paper to whoever sees both.
_PALE_RATIO: Final = 0.6
_INK_AND_PAPER: Final = (0.03, 0.9)
# A dash, in heights of the strip: where it lies and how thick it is at most. It is so many levels
# of grey darker than its paper, in so much of the gap between the letters that it stands between.
_DASH_PLACE: Final = (0.28, 0.72)
_DASH_HEIGHT: Final = 0.16
_DASH_CONTRAST: Final = 16.0
_DASH_SHARE: Final = 0.6


class Extent(NamedTuple):
    """The ink of a line in its flat `strip`, from column `left` to `right`, which lies outside.

    Ink goes on in column `behind`, or nowhere if that is how many `columns` the line has at most.
    `has_border` says that an upright rule ends the line.
    """

    strip: Grey
    left: int
    right: int
    behind: int
    columns: int
    has_border: bool = False


def find_extent(
    photo: Grey,
    columns: int,
    *,
    gap_width: float,
    sure_columns: float,
    find_border: Callable[[Grey], int | None],
) -> Extent:
    """Return where the first ink of a line starts, and where a gap of `gap_width` follows.

    `photo` is the line's strip as photographed. The line has `columns` of it, whatever gaps lie in
    the first `sure_columns`; behind them may be a rule that it ends at. `find_border` returns the
    column in which the ink before an upright rule ends.
    """
    wide = flatten_strip(photo)
    strip = wide[:, :columns]
    dashed = _draw_dashes(strip, photo[:, :columns], gap_width)
    left, right, behind = _find_ink(dashed, gap_width, sure_columns=sure_columns)
    if behind < columns and _is_paler(photo[:, left:right], photo[:, behind:columns]):
        # Beside much darker print the last characters were taken for paper.
        strip = np.concatenate((flatten_strip(photo[:, :behind]), strip[:, behind:]), axis=1)
        left, right, behind = _find_ink(strip, gap_width, sure_columns=sure_columns)
    # Ink that the line's last step cut goes on as far as the rule.
    is_cut_short = behind == columns and behind - right < gap_width
    border = find_border(wide if is_cut_short else strip[:, :right])
    if border is None or border <= sure_columns:
        return Extent(strip, left, right, behind, columns)
    columns = max(columns, border)
    return Extent(wide[:, :columns], left, border, columns, columns, has_border=True)


def flatten_strip(photo: Grey) -> Grey:
    """Return a strip as it is read: the paper white, the ink black, and no rules along it."""
    return erase_rules(flatten_ground(photo, photo.shape[0]))


def _draw_dashes(strip: Grey, photo: Grey, gap_width: float) -> Grey:
    """Return a flat strip with the dashes between letters that are so thin that it lacks them.

    `photo` is the same strip as photographed. Where the letters are black a hairline is paper.
    """
    height = len(strip)
    first, last = (round(share * height) for share in _DASH_PLACE)
    drawn = strip
    for start, end in find_gaps(strip):
        if start == 0 or end == strip.shape[1] or not gap_width <= end - start <= height:
            continue
        levels = cv2.blur(photo[:, start:end], (3, 1)).astype(np.float32)
        paper = np.median(levels, axis=0)
        is_dark = paper - levels[first:last] >= _DASH_CONTRAST
        rows = is_dark.mean(axis=1) >= _DASH_SHARE
        if 0 < np.count_nonzero(rows) <= _DASH_HEIGHT * height:
            drawn = drawn.copy() if drawn is strip else drawn
            drawn[first:last, start:end][rows] = 0
    return drawn


def _is_paler(photo: Grey, other: Grey) -> bool:
    """Tell whether the print in one photographed strip is much paler than in another."""
    return _measure_depth(photo) < _PALE_RATIO * _measure_depth(other)


def _measure_depth(photo: Grey) -> float:
    """Return by how many levels of grey the ink of a strip is darker than its paper."""
    ink, paper = np.quantile(photo, _INK_AND_PAPER)
    return float(paper - ink)


def _find_ink(strip: Grey, gap_width: float, *, sure_columns: float) -> tuple[int, int, int]:
    """Return where ink starts, where a gap of `gap_width` (or the end) follows, and its end.

    Whatever gaps lie in the first `sure_columns`, the ink goes on at least that far.
    """
    columns = strip.shape[1]
    gaps = find_gaps(strip)
    left = next((gap[1] for gap in gaps if gap[0] == 0), 0)
    for start, end in gaps:
        if start and ((end - start >= gap_width and end > sure_columns) or end == columns):
            return left, start, end
    return (left, columns, columns) if left < columns else (0, columns, columns)
