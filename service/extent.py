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

    from numpy.typing import NDArray

    from service.ink import Grey

# Print whose contrast is below this share of its neighbour's is paper to whoever sees both.
_PALE_RATIO: Final = 0.6
_INK_AND_PAPER: Final = (0.03, 0.9)
# A dash or an underscore, in heights of the strip: where it lies and how thick it is at most. It is
# so many levels of grey darker than its paper, in so much of the gap between the letters that it
# stands between.
_DASH_PLACE: Final = (0.28, 0.72)
_UNDERSCORE_PLACE: Final = (0.72, 0.95)
_BAR_HEIGHT: Final = 0.16
_BAR_CONTRAST: Final = 16.0
_DASH_SHARE: Final = 0.6
_UNDERSCORE_SHARE: Final = 0.65
# A rule goes on below the letters to the left and to the right, so far in any case; if it slants
# out of the strip on one side, it goes further on the other.
_UNDERLINE_RATIO: Final = 0.5
_RULE_RATIO: Final = 1.0


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
    barred = _draw_bars(strip, photo[:, :columns], gap_width)
    left, right, behind = _find_ink(barred, gap_width, sure_columns=sure_columns)
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


def _draw_bars(strip: Grey, photo: Grey, gap_width: float) -> Grey:
    """Return a flat strip with the dashes and underscores that are so thin that it lacks them.

    `photo` is the same strip as photographed. Where the letters are black a hairline is paper.
    """
    height = len(strip)
    drawn = strip
    for start, end in find_gaps(strip):
        if start == 0 or end == strip.shape[1] or not gap_width <= end - start <= height:
            continue
        is_bar = _find_bar(photo, start, end)
        if is_bar.any():
            drawn = drawn.copy() if drawn is strip else drawn
            drawn[is_bar, start:end] = 0
    return drawn


def _find_bar(photo: Grey, start: int, end: int) -> NDArray[np.bool_]:
    """Tell of each row of a photographed strip whether a bar lies in it between two columns."""
    height = len(photo)
    is_dark = _find_dark(photo[:, start:end])
    is_bar = np.asarray(is_dark.mean(axis=1) >= _DASH_SHARE)
    is_bar[: round(_DASH_PLACE[0] * height)] = False
    is_bar[round(_UNDERSCORE_PLACE[1] * height) :] = False
    rows = np.flatnonzero(is_bar)
    if not 0 < len(rows) <= _BAR_HEIGHT * height:
        return np.zeros_like(is_bar)
    is_low = rows.mean() >= _UNDERSCORE_PLACE[0] * height
    is_short = is_dark[rows].mean(axis=1).max() < _UNDERSCORE_SHARE
    if is_low and (is_short or _goes_on(photo, is_bar, start, end)):
        return np.zeros_like(is_bar)
    return is_bar


def _find_dark(photo: Grey) -> NDArray[np.bool_]:
    levels = cv2.blur(photo, (3, 1)).astype(np.float32)
    return np.asarray(np.median(levels, axis=0) - levels >= _BAR_CONTRAST)


def _goes_on(photo: Grey, is_bar: NDArray[np.bool_], start: int, end: int) -> bool:
    """Tell whether a bar between two columns goes on beside them, which but a rule does."""
    short, long = (round(ratio * len(photo)) for ratio in (_UNDERLINE_RATIO, _RULE_RATIO))
    paper = float(np.median(photo[:, start:end]))
    levels = np.where(is_bar, np.median(photo[:, start:end], axis=1), paper)
    row, level = int(levels.argmin()), (float(levels.min()) + paper) / 2
    # It may slope by a row; letters reach so far below their line in few columns.
    is_dark = photo[row - 1 : row + 2].min(axis=0, initial=255) < level
    before, behind = is_dark[:start][::-1], is_dark[end:]
    beside = [_is_bar_along(part, short) for part in (before, behind)]
    return all(beside) or any(_is_bar_along(part, long) for part in (before, behind))


def _is_bar_along(is_dark: NDArray[np.bool_], reach: int) -> bool:
    return len(is_dark) > 0 and bool(is_dark[:reach].mean() >= _UNDERSCORE_SHARE)


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
