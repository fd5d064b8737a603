"""Columns: the gutters between them, which stay blank over many lines; word spaces do not line up.

A gutter may be narrower than the word spaces beside it, so no single line shows where it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from service.ink import darkness_of
from service.sketch import sketch_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from service.ink import Grey
    from service.tilt import LineStart

# Enough to tell ink from none. A block is half a line high: rows are told apart no finer.
_LINE_PX: Final = 10
_BLOCK_ROWS: Final = 5
_HALF_BLOCKS: Final = 14
_BEHIND_PX: Final = 12 * _LINE_PX
_FARTHEST_RATIO: Final = 60.0
_NEIGHBOUR_RATIO: Final = 12.0
# How far to the right for each step down: perspective makes gutters lean.
_LEANS: Final = np.arange(-8, 9) * 0.035
_EDGE_PX: Final = 3
_PALER_RATIO: Final = 0.6
_DARKEST: Final = 255

# Where a gutter is looked for, in blocks below the place, and how wide it is at least there, as a
# title or a figure may cut it short; the next line is always there. A narrow one has to be long, as
# rivers run through justified text, and typewritten words may stand one above the other; of a rule
# a short piece will do.
_NARROW_PX: Final = round(0.5 * _LINE_PX)
_WIDE_PX: Final = round(1.25 * _LINE_PX)
_SEARCHES: Final = (
    ((-13, 4), _NARROW_PX), ((-9, 8), _NARROW_PX), ((-3, 14), _NARROW_PX),
    ((-6, 4), _WIDE_PX), ((-4, 6), _WIDE_PX), ((-1, 9), _WIDE_PX),
    ((-2, 4), math.inf), ((-1, 5), math.inf),
)  # fmt: skip
_SLACK_RATIO: Final = 0.3
_STARTS_RATIO: Final = 0.6
# Of a gutter so much, seen as coarsely as it is, belongs to its column still.
_PAPER_PX: Final = round(0.3 * _LINE_PX)
# Grain, and the tip of a character.
_MOST_SPECKS: Final = 2
_RULE_SHARE: Final = 0.9
_LEAST_RULE_PX: Final = 3 * _LINE_PX
# Of the blocks beside a gutter so many hold text, and of these so many right at its side.
_TEXT_PX: Final = 4 * _LINE_PX
_SIDE_PX: Final = round(0.6 * _LINE_PX)
# A narrow gutter is longer than any river through the text, or wider than its word spaces.
_LONG_SPANS: Final = ((-13, 8), (-9, 14))
_RIVER_RATIO: Final = 1.3
_LEAST_SPACE_PX: Final = 4
_LEAST_SPACES: Final = 2
_LEAST_SPACED: Final = 3
_SPACED_SHARE: Final = 0.25
_WIDE_SHARE: Final = 0.5
_LEAST_TEXT: Final = 0.55
_LEAST_FLUSH: Final = 0.5
_OUTSIDE: Final = np.zeros(1, np.bool_)


class Gutter(NamedTuple):
    """Where a column begins: `along` frame pixels to the left of a place on one of its lines.

    It is `lean` pixels further away for each pixel further down.
    """

    place: LineStart
    along: float
    lean: float

    def distance_from(self, place: LineStart) -> float:
        """Return how far left of `place`, on another of the column's lines, the column begins."""
        cos, sin = math.cos(self.place.angle), math.sin(self.place.angle)
        x, y = place.x - self.place.x, place.y - self.place.y
        right, down = x * cos + y * sin, y * cos - x * sin
        return max(0.0, self.along + self.lean * down + right)


def find_gutter(
    grey: Grey, place: LineStart, *, least_contrast: float, most_ratio: float = _FARTHEST_RATIO
) -> Gutter | None:
    """Return the first gutter left of `place`, None without one in `most_ratio` line heights.

    `grey` is dark on light. What is fainter than `least_contrast` grey levels is no ink in the
    line; around a bold one text is paler.
    """
    reach = min(most_ratio, max(0.0, place.x / place.height))
    dark = _cut_dark(grey, place, reach=reach)
    blocks = _see_blocks(grey, place)
    gutter = _find_in_ink(dark > least_contrast, place, blocks)
    return gutter and _find_in_ink(dark > _PALER_RATIO * least_contrast, place, blocks)


def starts_column(grey: Grey, place: LineStart, *, least_contrast: float) -> bool:
    """Tell whether a column begins at `place`."""
    gutter = find_gutter(grey, place, least_contrast=least_contrast, most_ratio=_NEIGHBOUR_RATIO)
    return gutter is not None and gutter.along < _STARTS_RATIO * place.height


def _find_in_ink(is_ink: NDArray[np.bool_], place: LineStart, seen: slice) -> Gutter | None:
    """Return the first gutter in what `_cut_dark` cut out, of which the blocks in `seen` count.

    Level rules are no ink, as those of a table run from column to column.
    """
    ink = is_ink.view(np.uint8)
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, _LEAST_RULE_PX), np.uint8))
    ink = np.where(rules, np.uint8(0), ink)
    blocks = ink.reshape(2 * _HALF_BLOCKS, _BLOCK_ROWS, -1).sum(axis=1, dtype=np.uint8)
    lean, upright = _straighten(blocks)
    side = min(_find_sides(upright, seen), default=None)
    if side is None:
        return None
    return Gutter(place, max(0, side - _BEHIND_PX) * place.height / _LINE_PX, lean)


def _cut_dark(grey: Grey, place: LineStart, *, reach: float) -> NDArray[np.uint8]:
    """Return how dark the page is [rows, columns] round `place`, from there leftwards.

    It is in grey levels darker than the paper; what a sketch has for ink is as dark as can be.
    """
    scale = place.height / _LINE_PX
    cos, sin = math.cos(place.angle) * scale, math.sin(place.angle) * scale
    x0, y0 = _BEHIND_PX, _HALF_BLOCKS * _BLOCK_ROWS
    matrix = np.array(
        [[-cos, -sin, place.x + cos * x0 + sin * y0], [-sin, cos, place.y + sin * x0 - cos * y0]]
    )
    size = x0 + math.ceil(reach * _LINE_PX), 2 * y0
    cut = cv2.warpAffine(
        grey,
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    dark = darkness_of(np.asarray(cut, dtype=np.uint8), _LINE_PX)
    if (sketch := sketch_of(grey)) is not None:
        dark = np.where(_cut_sketch(sketch, matrix, size), np.uint8(_DARKEST), dark)
    return dark


def _cut_sketch(
    sketch: Grey, matrix: NDArray[np.floating], size: tuple[int, int]
) -> NDArray[np.uint8]:
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(sketch, matrix, size, flags=flags), dtype=np.uint8)


def _straighten(blocks: NDArray[np.uint8]) -> tuple[float, NDArray[np.uint8]]:
    """Return how the columns lean, and the blocks moved so that they stand upright.

    The sides of upright columns are the steepest.
    """
    middles = (np.arange(2 * _HALF_BLOCKS) + 0.5 - _HALF_BLOCKS) * _BLOCK_ROWS
    moves = np.rint(_LEANS[:, np.newaxis] * middles).astype(np.intp)
    most = int(moves.max())
    padded = np.pad(blocks, ((0, 0), (most, most)))
    windows = sliding_window_view(padded, blocks.shape[1], axis=1)
    # [leans, blocks, columns]
    moved = windows[np.arange(2 * _HALF_BLOCKS), most + moves]
    inked = np.count_nonzero(moved, axis=1)
    steps = inked[:, _EDGE_PX:] - inked[:, :-_EDGE_PX]
    best = int((steps * steps).sum(axis=1).argmax())
    return float(_LEANS[best]), moved[best]


def _see_blocks(grey: Grey, place: LineStart) -> slice:
    """Return which of the blocks round `place` lie in the frame."""
    size = place.height * _BLOCK_ROWS / _LINE_PX
    first = math.ceil(_HALF_BLOCKS - place.y / size)
    last = math.floor(_HALF_BLOCKS + (grey.shape[0] - place.y) / size)
    return slice(max(0, first), min(2 * _HALF_BLOCKS, last))


def _find_sides(upright: NDArray[np.uint8], seen: slice) -> Iterator[int]:
    """Yield for each span of `upright` where its first gutter begins, if it has one.

    Of its blocks those in `seen` lie in the frame.
    """
    filled = upright >= _BLOCK_ROWS - 1
    # A rule that leans a little steps from one column to the next.
    filled[:, 1:] |= filled[:, :-1]
    ink, rules = _sum_down(upright), _sum_down(filled)
    for (top, bottom), least_px in _SEARCHES:
        span = slice(_HALF_BLOCKS + top, _HALF_BLOCKS + bottom)
        is_rule = rules[span.stop] - rules[span.start] >= _RULE_SHARE * (bottom - top)
        is_clear = is_rule | (ink[span.stop] - ink[span.start] <= _MOST_SPECKS)
        for left, right in _list_runs(is_clear, is_rule, least_px):
            if not _has_text(upright[span, max(0, left - _TEXT_PX) : left]):
                continue
            is_sure = least_px > _NARROW_PX or _is_long(upright, seen, left, right)
            if is_sure or not _is_river(upright[span], left, right):
                yield left + min(_PAPER_PX, _measure_paper(is_rule[left:right]) // 2)
                break


def _sum_down(blocks: NDArray[Any]) -> NDArray[np.int32]:
    """Return [blocks + 1, columns]: the sums of all blocks above each one."""
    sums = np.zeros((len(blocks) + 1, blocks.shape[1]), np.int32)
    np.cumsum(blocks, axis=0, out=sums[1:])
    return sums


def _list_runs(
    is_clear: NDArray[np.bool_], is_rule: NDArray[np.bool_], least_px: float
) -> Iterator[tuple[int, int]]:
    """Yield (left, right) of the runs of clear columns that could be gutters, `right` outside."""
    bounded = np.concatenate((_OUTSIDE, is_clear, _OUTSIDE))
    left, right = np.flatnonzero(bounded[1:] != bounded[:-1]).reshape(-1, 2).T
    rules = np.concatenate((_OUTSIDE, is_rule)).cumsum()
    is_ahead = left >= _BEHIND_PX - _SLACK_RATIO * _LINE_PX
    is_gutter = is_ahead & ((right - left >= least_px) | (rules[right] > rules[left]))
    yield from zip(left[is_gutter].tolist(), right[is_gutter].tolist(), strict=True)


def _measure_paper(is_rule: NDArray[np.bool_]) -> int:
    """Return how wide the paper before a gutter's first rule is."""
    return int(is_rule.argmax()) if is_rule.any() else len(is_rule)


def _has_text(blocks: NDArray[np.uint8]) -> bool:
    """Tell whether the lines of a column end at the right side of `blocks`."""
    lines = np.count_nonzero(blocks.any(axis=1))
    flush = np.count_nonzero(blocks[:, -_SIDE_PX:].any(axis=1))
    return bool(lines >= _LEAST_TEXT * len(blocks) and flush >= _LEAST_FLUSH * lines)


def _is_long(upright: NDArray[np.uint8], seen: slice, left: int, right: int) -> bool:
    """Tell whether a gutter between `left` and `right` goes on for longer than a river does."""
    blank = (
        upright[_HALF_BLOCKS + top : _HALF_BLOCKS + bottom, left:right].sum(axis=0)
        for top, bottom in _LONG_SPANS
        if seen.start <= _HALF_BLOCKS + top and _HALF_BLOCKS + bottom <= seen.stop
    )
    return any((inked <= _MOST_SPECKS).sum() >= _NARROW_PX for inked in blank)


def _is_river(blocks: NDArray[np.uint8], left: int, right: int) -> bool:
    """Tell whether the columns from `left` to `right` are but word spaces, one below the other.

    On most lines a gutter is wider than the spaces beside it.
    """
    first = max(0, left - _BEHIND_PX)
    known = wide = 0
    for row in blocks[:, first : right + _BEHIND_PX] > 0:
        inked = np.flatnonzero(row)
        behind = int(np.searchsorted(inked, left - first))
        if not behind or len(inked) < _SPACED_SHARE * (left - first):
            continue
        gaps = np.diff(inked) - 1
        spaces = np.delete(gaps, behind - 1) if behind < len(inked) else gaps
        spaces = spaces[spaces >= _LEAST_SPACE_PX]
        if len(spaces) < _LEAST_SPACES:
            continue
        known += 1
        wide += behind == len(inked) or bool(gaps[behind - 1] > _RIVER_RATIO * np.median(spaces))
    return known >= _LEAST_SPACED and wide < _WIDE_SHARE * known
