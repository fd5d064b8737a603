"""Gaps: the runs of columns in a strip that hold no ink."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from service.records import Pixels, Symbol, TextLine

_INK_LEVEL = 150
_MIN_INK_PX = 2


def find_gaps(pixels: Pixels) -> list[tuple[int, int]]:
    """Return (left, right) of every inkless run of columns, left to right, `right` outside.

    `pixels` is a flat strip; a tenth of its height above and below is not looked at, as
    neighbouring lines reach into it.
    """
    rows = pixels.shape[0]
    body = pixels[rows // 10 : rows - rows // 10]
    is_blank = (body < _INK_LEVEL).sum(axis=0) < _MIN_INK_PX
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_blank, [False]]).astype(np.int8)))
    return [(int(left), int(right)) for left, right in edges.reshape(-1, 2)]


def fit_symbols(line: TextLine, gaps: list[tuple[int, int]]) -> TextLine:
    """Return the line with its symbols' sides moved to the gaps in the ink between them.

    A reader's boxes say where characters are, not where their ink ends; a space gets the width of
    the gap between its neighbours.
    """
    inked = [place for place, symbol in enumerate(line.symbols) if symbol.text != " "]
    symbols = list(line.symbols)
    for place, following in pairwise(inked):
        left, right = _gap_between(symbols[place], symbols[following], gaps)
        symbols[place] = replace(symbols[place], right=left)
        symbols[following] = replace(symbols[following], left=right)
        for space in range(place + 1, following):
            symbols[space] = replace(symbols[space], left=left, right=right)
    return replace(line, symbols=tuple(symbols))


def _gap_between(before: Symbol, after: Symbol, gaps: list[tuple[int, int]]) -> tuple[float, float]:
    """Return the widest gap between two symbols' centres, or a gap of no width if they touch."""
    start, end = (before.left + before.right) / 2, (after.left + after.right) / 2
    inside = [gap for gap in gaps if start <= (gap[0] + gap[1]) / 2 <= end]
    if not inside:
        middle = (before.right + after.left) / 2
        return middle, middle
    left, right = max(inside, key=lambda gap: gap[1] - gap[0])
    return float(left), float(right)
