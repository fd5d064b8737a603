"""Bullets: marks in the margin before the items of a list, above which the text before ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from service.gaps import find_gaps

if TYPE_CHECKING:
    from service.ink import Grey

REACH_RATIO: Final = 2.5
"""How far before a word a bullet may begin, in line heights."""

# In heights of the strip: how wide bullets and numbers are, how far they stand from their text, and
# how much margin there is before them.
_WIDEST_RATIO: Final = 0.8
_APART_RATIO: Final = 0.2
_MARGIN_RATIO: Final = 0.5
# A rule of a table is higher than any bullet.
_HIGHEST_RATIO: Final = 0.6
_INK_LEVEL: Final = 150


def has_bullet(strip: Grey) -> bool:
    """Tell whether a bullet, and nothing else, stands before a line's first word.

    `strip` is flat, uint8 [h, w], and ends within the word's first letter.
    """
    height, columns = strip.shape
    gaps = [gap for gap in find_gaps(strip) if gap[1] < columns]
    wide = [gap for gap in gaps if gap[1] - gap[0] >= _APART_RATIO * height]
    if len(wide) != 2:
        return False
    (start, bullet), (end, word) = wide
    rows = np.flatnonzero((strip[:, bullet:end] < _INK_LEVEL).any(axis=1))
    if not rows.size or np.ptp(rows) > _HIGHEST_RATIO * height:
        return False
    is_margin = start == 0 and bullet >= _MARGIN_RATIO * height
    return is_margin and word > end and end - bullet <= _WIDEST_RATIO * height
