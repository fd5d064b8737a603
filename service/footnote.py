"""Footnote numbers: small raised digits, which readers take for a part of the link before them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from service.records import Pixels, Symbol, TextLine

RAISED: Final = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_INK_LEVEL = 150
# Of the strip's height: digits on the line reach down to .78 of it and are .65 high.
_LOWEST_END, _MOST_HEIGHT = 0.62, 0.5


def raise_digits(line: TextLine, pixels: Pixels) -> TextLine:
    """Return the line with the digits that are printed small and high as superscripts.

    Its symbols' sides lie at the gaps of `pixels`, a flat strip.
    """
    symbols = tuple(
        symbol._replace(text=RAISED[symbol.text], alternatives=())
        if symbol.text in RAISED and _is_raised(symbol, pixels)
        else symbol
        for symbol in line.symbols
    )
    return replace(line, text="".join(symbol.text for symbol in symbols), symbols=symbols)


def _is_raised(symbol: Symbol, pixels: Pixels) -> bool:
    part = pixels[:, max(0, round(symbol.left)) : max(0, round(symbol.right))]
    rows = np.flatnonzero((part < _INK_LEVEL).any(axis=1))
    if not rows.size:
        return False
    height = pixels.shape[0]
    is_small = rows[-1] - rows[0] < _MOST_HEIGHT * height
    return bool(is_small and rows[-1] < _LOWEST_END * height)
