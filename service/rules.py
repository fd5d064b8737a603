"""Rules above and below a line of print, drawn for tables and boxes: they are not read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.ink import Grey

# Of a strip, whose paper is white: what is darker is ink, be it thin or blurred.
_INK_LEVEL: Final = 190
# In heights of the strip. No character and no word whose letters touch is so long and so thin.
_LEAST_LENGTH_RATIO: Final = 3.0
# Of a rule that slants out of the strip less is left.
_LEAST_SLANTED_RATIO: Final = 0.75
_MOST_WIDTH_RATIO: Final = 0.09
# Of the strip's length, where the strip is short.
_LEAST_SHARE: Final = 0.5
_PAPER: Final = 255
# How much more ink than usual a rule's column has where a character touches it, and how many have
# no more. Where more are touched, what goes on so far beyond a short word is erased.
_TOUCHED_PX: Final = 1
_LEAST_BARE_SHARE: Final = 0.9
_LEAST_REST_SHARE: Final = 0.4
_MOST_REST_WIDTH_RATIO: Final = 0.16


def erase_rules(strip: Grey) -> Grey:
    """Return `strip` (uint8, dark on white) without long thin rules that come from further left.

    A rule closes all gaps, in which a link's end is seen, and makes readers doubt what they read.
    A link's underline begins with it: it tells how far the link goes, and stays.
    """
    height, width = strip.shape
    ink = np.less(strip, _INK_LEVEL).view(np.uint8)
    if not (ink[:, 0].any() or ink[:, -1].any()):
        return strip
    _, parts, facts, _ = cv2.connectedComponentsWithStats(ink)
    lengths, left = facts[:, cv2.CC_STAT_WIDTH], facts[:, cv2.CC_STAT_LEFT]
    top, bottom = (
        facts[:, cv2.CC_STAT_TOP],
        facts[:, cv2.CC_STAT_TOP] + facts[:, cv2.CC_STAT_HEIGHT],
    )
    is_long = lengths >= max(_LEAST_LENGTH_RATIO * height, _LEAST_SHARE * width)
    is_slanted = (lengths >= _LEAST_SLANTED_RATIO * height) & ((top == 0) | (bottom == height))
    goes_right = left + lengths == width
    may_be_rule = ((left == 0) & (is_long | is_slanted)) | (goes_right & is_slanted)
    erased = strip
    # The first part is the paper.
    for number in np.flatnonzero(may_be_rule[1:]) + 1:
        track = _find_track(parts == number)
        if track is not None:
            erased = np.where(track, np.uint8(_PAPER), erased)
    return erased


def _find_track(part: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the pixels of a rule [h, w] with its blurred rims, None where `part` is none.

    Columns in which a character touches it are left out. Where those are many it underlines a
    whole line: the readers know that, and the characters' tails would go with it.
    """
    height = len(part)
    depths = part.sum(axis=0)
    columns = np.flatnonzero(depths)
    usual = float(np.median(depths[columns]))
    bare = columns[depths[columns] <= usual + _TOUCHED_PX]
    is_thin = depths[columns].mean() <= _MOST_WIDTH_RATIO * height
    if not is_thin or len(bare) < _LEAST_BARE_SHARE * len(columns):
        is_rest = usual <= _MOST_REST_WIDTH_RATIO * height
        bare = _keep_long_runs(bare, _LEAST_REST_SHARE * len(columns) if is_rest else math.inf)
    if not len(bare):
        return None
    rows = np.arange(height)[:, np.newaxis]
    middles = (part[:, bare] * rows).sum(axis=0) / depths[bare]
    track = np.zeros_like(part)
    # One pixel more on either side is what the ink level cut off the rule's slopes.
    track[:, bare] = abs(rows - middles) <= usual / 2 + 1
    return track


def _keep_long_runs(columns: NDArray[np.intp], least: float) -> NDArray[np.intp]:
    """Return those of the ascending `columns` that lie in runs of at least so many."""
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return np.concatenate([run for run in runs if len(run) >= least] or [columns[:0]])
