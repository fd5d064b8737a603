"""Quotation marks: a quoted link ends where its quotation does, on whichever line that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from service.gaps import find_gaps

if TYPE_CHECKING:
    from service.ink import Grey

REACH_RATIO: Final = 1.5
"""Room for a mark of quotation and half a letter, in line heights."""

# Where marks of quotation end at the lowest, and how wide they are and stand from their word at
# most, in heights of the strip.
_LOWEST_RATIO: Final = 0.5
_WIDEST_RATIO: Final = 0.5
_APART_RATIO: Final = 0.25
_LEAST_INK_ROWS: Final = 4
_INK_LEVEL: Final = 150
_CLOSED: Final = re.compile(r"[^\"“”'‘’]+[\"”'’][.,;:!?)\]]*")


def closes_quotation(word: str) -> bool:
    """Tell whether a quotation that was opened before `word` ends with it."""
    return _CLOSED.fullmatch(word) is not None


def opens_quotation(strip: Grey) -> bool:
    """Tell whether a word begins behind a mark of quotation.

    `strip` is flat, uint8 [h, w], with what stands before the word and the left half of its first
    letter. Unlike brackets and letters such marks have ink in the upper half of a line alone.
    """
    height, columns = strip.shape
    inner = [gap for gap in find_gaps(strip) if gap[1] < columns]
    if not inner or inner[-1][1] - inner[-1][0] > _APART_RATIO * height:
        return False
    end = inner[-1][0]
    # The two strokes of a mark are closer to each other than words are.
    spaces = [gap for gap in inner[:-1] if gap[1] - gap[0] > _APART_RATIO * height / 2]
    start = spaces[-1][1] if spaces else 0
    rows = np.flatnonzero((strip[height // 10 :, start:end] < _INK_LEVEL).any(axis=1))
    if len(rows) < _LEAST_INK_ROWS or end - start > _WIDEST_RATIO * height:
        return False
    return bool(rows[-1] + height // 10 < _LOWEST_RATIO * height)
