"""Gaps: the runs of columns in a strip that hold no ink."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from service.records import Symbol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.records import Pixels, TextLine

    Floats = NDArray[np.floating]

_INK_LEVEL = 150
_MIN_INK_PX = 2
_UNDERSCORE_PX = 6
_UNDERSCORE_SHARE, _CUT_UNDERSCORE_SHARE = 0.6, 0.75
_LEVEL_PX = 1
_BESIDE_PX = 2
# Word spaces: how wide at least and in any case, in line heights; in letter gaps where type is set
# loosely; in steps from character to character where all of these are alike.
_LEAST_SPACE_RATIO = 0.12
_LETTER_GAPS, _SLACK_RATIO = 1.2, 0.05
_MIDDLE_GAPS, _MIDDLE_SLACK_RATIO = 2.0, 0.1
_MONO_STEPS, _MONO_STEPS_AFTER_STOP = 1.3, 1.1
_MONO_SHARE, _MONO_TOLERANCE = 0.75, 0.2
# So many gaps before one tell what is usual there: perspective and other typefaces change it.
_WINDOW = 14
_CLOSING = ".,;:)"
_OUTSIDE = np.zeros(1, np.bool_)


def find_gaps(pixels: Pixels) -> list[tuple[int, int]]:
    """Return (left, right) of every inkless run of columns, left to right, `right` outside.

    `pixels` is a flat strip; a tenth of its height above and below is not looked at, as
    neighbouring lines reach into it. Only an underscore lies down there along most of a gap.
    """
    rows = pixels.shape[0]
    is_ink = (pixels < _INK_LEVEL).view(np.uint8)
    is_blank = _count_columns(is_ink[rows // 10 : rows - rows // 10]) < _MIN_INK_PX
    depth = _count_columns(is_ink[rows // 2 :])
    is_low, is_inside = depth >= _MIN_INK_PX, is_ink[-1] == 0
    bounded = np.concatenate((_OUTSIDE, is_blank, _OUTSIDE))
    edges = np.flatnonzero(bounded[1:] != bounded[:-1])
    left, right = edges[::2], edges[1::2]
    is_narrow = right - left < _UNDERSCORE_PX
    is_gap = is_narrow | ~_is_covered(is_low & is_inside, left, right, _UNDERSCORE_SHARE)
    # What reaches out of the strip is an underscore as well, or the top of the next line.
    is_cut = _is_covered(is_low & ~is_inside, left, right, _CUT_UNDERSCORE_SHARE)
    may_be_bar = is_gap & ~is_narrow & is_cut
    for place in np.flatnonzero(may_be_bar):
        start, end = int(left[place]), int(right[place])
        # A rule goes on below the letters.
        beside = is_inside[max(0, start - _BESIDE_PX) : start], is_inside[end : end + _BESIDE_PX]
        is_rule = not any(map(np.all, beside)) or not (start and end < len(depth))
        is_gap[place] = is_rule or not _is_level(depth[start:end])
    return list(zip(left[is_gap].tolist(), right[is_gap].tolist(), strict=True))


def _is_covered(
    is_low: NDArray[np.bool_], left: NDArray[np.intp], right: NDArray[np.intp], share: float
) -> NDArray[np.bool_]:
    """Tell for each run of columns whether more than this share of them are `is_low`."""
    low = np.concatenate((_OUTSIDE, is_low)).cumsum()
    return np.asarray(low[right] - low[left] > share * (right - left))


def _is_level(depth: NDArray[np.int32]) -> bool:
    """Tell whether ink that reaches out of the strip, `depth` rows of it, has a straight edge."""
    inked = depth[depth > 0]
    edges = len(inked) // 8
    return bool(np.ptp(inked[edges : len(inked) - edges]) <= _LEVEL_PX)


def _count_columns(is_ink: Pixels) -> NDArray[np.int32]:
    counts = cv2.reduce(is_ink, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return np.asarray(counts.ravel(), np.int32)


def fit_symbols(line: TextLine, gaps: list[tuple[int, int]]) -> TextLine:
    """Return the line with its symbols' sides moved to the gaps in the ink between them.

    A reader's boxes say where characters are, not where their ink ends; a space gets the width of
    the gap between its neighbours.
    """
    inked = [place for place, symbol in enumerate(line.symbols) if symbol.text != " "]
    lefts = [symbol.left for symbol in line.symbols]
    rights = [symbol.right for symbol in line.symbols]
    centres = [(left + right) / 2 for left, right in gaps]
    for place, following in pairwise(inked):
        middle = (lefts[place] + rights[place]) / 2
        next_middle = (lefts[following] + rights[following]) / 2
        between = gaps[bisect_left(centres, middle) : bisect_right(centres, next_middle)]
        touching = (rights[place] + lefts[following]) / 2
        left, right = _find_widest(between) or (touching, touching)
        rights[place], lefts[following] = left, right
        for space in range(place + 1, following):
            lefts[space], rights[space] = left, right
    symbols = tuple(
        Symbol(symbol.text, symbol.confidence, left, right, symbol.alternatives)
        for symbol, left, right in zip(line.symbols, lefts, rights, strict=True)
    )
    return replace(line, symbols=symbols)


def put_spaces(line: TextLine, *, line_height: float) -> TextLine:
    """Return the line with a space in each gap that may part two words, for a reader without any.

    Its symbols' sides lie at the gaps already. How wide the gaps between letters are is told by
    those before each gap, and at the line's start, which is a link, by the first ones.
    """
    if len(line.symbols) < 2:
        return line
    widths = np.array([after.left - before.right for before, after in pairwise(line.symbols)])
    centres = np.array([(symbol.left + symbol.right) / 2 for symbol in line.symbols])
    is_closing = np.array([symbol.text in _CLOSING for symbol in line.symbols[:-1]])
    has_space = _find_spaces(widths, np.diff(centres), is_closing, line_height=line_height)
    symbols = [line.symbols[0]]
    for is_parted, before, after in zip(has_space, line.symbols, line.symbols[1:], strict=False):
        if is_parted:
            symbols.append(Symbol(" ", 1.0, before.right, after.left))
        symbols.append(after)
    return replace(line, text="".join(symbol.text for symbol in symbols), symbols=tuple(symbols))


def _find_spaces(
    widths: Floats, steps: Floats, is_closing: NDArray[np.bool_], *, line_height: float
) -> NDArray[np.bool_]:
    """Tell of each gap whether it may part two words, by its width and the step over it.

    Behind a mark that closes a sentence less is enough, as capitals of other type may follow.
    """
    around, beside = _windows(steps), _windows(widths)
    step = np.median(around, axis=1)
    is_alike = np.abs(around - step[:, np.newaxis]) < _MONO_TOLERANCE * step[:, np.newaxis]
    is_mono = is_alike.mean(axis=1) > _MONO_SHARE
    # Where words are short, a fifth of all gaps and more are spaces: the median still is none.
    middle, wider = np.percentile(beside, (50, 80), axis=1)
    least = np.minimum(
        _LETTER_GAPS * wider + _SLACK_RATIO * line_height,
        _MIDDLE_GAPS * middle + _MIDDLE_SLACK_RATIO * line_height,
    )
    longest = np.where(is_closing, _MONO_STEPS_AFTER_STOP, _MONO_STEPS) * step
    is_wide = widths >= _LEAST_SPACE_RATIO * line_height
    return np.asarray(is_wide & np.where(is_mono, steps >= longest, widths >= least))


def _windows(values: Floats) -> Floats:
    """Return the `_WINDOW` values before each one, [n, window]; the first ones where those lack."""
    size = min(_WINDOW, len(values))
    starts = np.maximum(np.arange(len(values)) - size, 0)
    return values[starts[:, np.newaxis] + np.arange(size)]


def _find_widest(gaps: list[tuple[int, int]]) -> tuple[float, float] | None:
    """Return the widest of some gaps, None of none."""
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)
