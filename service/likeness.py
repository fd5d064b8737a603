"""Likeness: whether two pieces of print are set alike, in one typeface and one colour.

A link often stands out from the text around it, in typewriter face, in colour or slanted. What is
set otherwise below the end of its line is no part of it.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.ink import Grey
    from service.records import Symbol

# In the pixels of a strip, whatever its size in the frame was.
_LEAST_WIDTH_PX: Final = 5
_SLACK_PX: Final = 4
_MARGIN_ROWS: Final = 4
_LEAST_SPREAD: Final = 15.0
_SCALES: Final = (1.0, 0.95, 1.05)
# Black in a flat strip, and how many such pixels tell how dark a character was printed.
_BLACK: Final = 60
_LEAST_BLACK_PX: Final = 6
_AROUND_PX: Final = 10
_PAPER: Final = 0.95
_INK: Final = 0.25
_LAST_SYMBOLS: Final = 12
_LEAST_LETTERS: Final = 3
# 1,144 links that went on below, and 322 words below the end of another, on 1,220 generated pages:
# of the first 5 % look less alike than one of these allows, of the others 41 %.
_LEAST_MATCH: Final = 0.7
_MOST_INK_RATIO: Final = 1.22


class Print(NamedTuple):
    """Some print: `strip` is flat, `photo` the same place as it was photographed, uint8 [h, w].

    `symbols` are what was read, with columns of both.
    """

    strip: Grey
    photo: Grey
    symbols: Sequence[Symbol]


def is_set_otherwise(first: Print, second: Print) -> bool:
    """Tell whether `second` clearly is in another typeface or colour than `first`."""
    matches = _match_letters(first, second)
    if len(matches) >= _LEAST_LETTERS and median(matches) < _LEAST_MATCH:
        return True
    depths = [list(_measure_ink(one)) for one in (first, second)]
    if min(map(len, depths)) < _LEAST_LETTERS:
        return False
    ratio = median(depths[0]) / max(median(depths[1]), 1e-3)
    return abs(math.log(max(ratio, 1e-3))) > math.log(_MOST_INK_RATIO)


def _match_letters(first: Print, second: Print) -> list[float]:
    """Return for each letter of `second` that `first` has as well how much the two look alike.

    It is the highest normalised cross-correlation of their pictures, 1 for the same picture; what
    the two lines' heights were measured wrong by is evened out.
    """
    found = (_match_at_scale(first, second, scale) for scale in _SCALES)
    return max(found, key=lambda matches: median(matches) if matches else -1.0)


def _match_at_scale(first: Print, second: Print, scale: float) -> list[float]:
    strip = cv2.resize(first.strip, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    spare = (strip.shape[0] - first.strip.shape[0]) // 2
    rows = slice(max(0, spare + _MARGIN_ROWS), first.strip.shape[0] - _MARGIN_ROWS + spare)
    templates: dict[str, list[Grey]] = {}
    for symbol in _letters_of(first):
        left, right = round(symbol.left * scale), round(symbol.right * scale)
        template = strip[rows, max(0, left) : right]
        if template.shape[1] >= _LEAST_WIDTH_PX and template.std() >= _LEAST_SPREAD:
            templates.setdefault(symbol.text, []).append(np.asarray(template, np.uint8))
    return [
        max(_match(template, second.strip, round(symbol.left)) for template in same)
        for symbol in _letters_of(second)
        if (same := templates.get(symbol.text))
    ]


def _match(template: Grey, strip: Grey, left: int) -> float:
    """Return how well the template matches the strip around the column `left`, -1 at its end."""
    around = strip[1:-1, max(0, left - _SLACK_PX) : left + template.shape[1] + _SLACK_PX]
    if around.shape[0] < template.shape[0] or around.shape[1] < template.shape[1]:
        return -1.0
    return float(cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED).max())


def _measure_ink(one: Print) -> Iterator[float]:
    """Yield of each of the last letters by what share of the paper's brightness its ink is darker.

    Of what is no larger than a few pixels nobody can tell.
    """
    for symbol in [*_letters_of(one)][-_LAST_SYMBOLS:]:
        left, right = max(0, round(symbol.left)), round(symbol.right)
        is_black = one.strip[_MARGIN_ROWS:-_MARGIN_ROWS, left:right] < _BLACK
        if is_black.sum() < _LEAST_BLACK_PX:
            continue
        around = one.photo[:, max(0, left - _AROUND_PX) : right + _AROUND_PX]
        paper = max(float(np.quantile(around, _PAPER)), 1.0)
        ink = one.photo[_MARGIN_ROWS:-_MARGIN_ROWS, left:right][is_black]
        yield 1.0 - float(np.quantile(ink, _INK)) / paper


def _letters_of(one: Print) -> Iterator[Symbol]:
    return (symbol for symbol in one.symbols if symbol.text.isalnum())
