"""Underlines: whether a rule was drawn below a piece of print, as below links on many pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.ink import Grey
    from service.records import Symbol

_INK_AND_PAPER: Final = (0.05, 0.95)
# A thin rule is paler than letters are: how much of their darkness is enough.
_LEAST_DARKNESS: Final = 0.4
# Lines are not quite straight, so that each part of a rule is looked for by itself, in heights of
# the strip; letters fill nowhere so much of the lower half of so long a part.
_PART_RATIO: Final = 1.0
_LEAST_PART_RATIO: Final = 0.5
_LEAST_COVERED: Final = 0.95
_LEAST_COVERED_ANYWHERE: Final = 0.8
# What stands behind a link is not underlined.
_CLOSING: Final = frozenset(".,;:!?'\"”’)]>| ")


def is_underlined(photo: Grey, symbols: Sequence[Symbol]) -> bool:
    """Tell whether a rule runs below `symbols`, as photographed: uint8 [h, w], dark on light."""
    last = next((n for n in range(len(symbols), 0, -1) if symbols[n - 1].text not in _CLOSING), 0)
    if not last:
        return False
    height = photo.shape[0]
    part = photo[:, max(0, round(symbols[0].left)) : round(symbols[last - 1].right)]
    if part.shape[1] < _LEAST_PART_RATIO * height:
        return False
    ink, paper = np.quantile(part, _INK_AND_PAPER)
    is_dark = part[height // 2 :] < paper - _LEAST_DARKNESS * (paper - ink)
    # It may slope by a row within a part.
    covered = cv2.dilate(is_dark.astype(np.uint8), np.ones((3, 1), np.uint8))
    count = max(1, round(part.shape[1] / (_PART_RATIO * height)))
    shares = [one.mean(axis=1).max() for one in np.array_split(covered, count, axis=1)]
    is_long = float(np.median(shares)) >= _LEAST_COVERED
    return bool(is_long and min(shares) >= _LEAST_COVERED_ANYWHERE)
