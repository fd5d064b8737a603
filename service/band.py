"""A band: a piece of the page along a line, straightened once and then looked at in windows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from service.ink import contrast_of, darkness_of

if TYPE_CHECKING:
    from service.ink import Grey
    from service.tilt import LineStart

LINE_PX = 24
"""Line height in a band: enough to tell x-height from ascenders."""

HALF_ROWS = int(1.4 * LINE_PX)
HALF_COLUMNS = int(1.25 * LINE_PX)
_SLACK_ROWS = int(0.7 * LINE_PX)


class Window(NamedTuple):
    """What one step along a line looks at: 2.8 line heights tall, 2.5 wide.

    `dark` is uint8 [2 * HALF_ROWS + 1, 2 * HALF_COLUMNS + 1], grey levels below the paper; `full`
    is how many of them are full ink. The window's centre lies `along` and `below` the band's
    place, in frame pixels.
    """

    dark: Grey
    full: float
    along: float
    below: float


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The paper to the right of `place`, its direction along the rows.

    `dark` is uint8 [rows, columns] as in `Window`; `axis_row` is the row on which `place` lies,
    in column `HALF_COLUMNS`.
    """

    place: LineStart
    dark: Grey
    axis_row: int

    def window_at(self, along: float, below: float, *, least_contrast: float) -> Window | None:
        """Return the window round a point `along` and `below` `place`, None if it leaves the band.

        Both are in frame pixels. The line's own contrast is full ink, so that faint print weighs
        as much as bold print, but not less than `least_contrast` grey levels: grain is no ink.
        """
        px = LINE_PX / self.place.height
        right, down = round(along * px), round(below * px)
        top, left = self.axis_row + down - HALF_ROWS, right
        bottom, end = top + 2 * HALF_ROWS + 1, left + 2 * HALF_COLUMNS + 1
        if min(top, left) < 0 or bottom > self.dark.shape[0] or end > self.dark.shape[1]:
            return None
        dark = self.dark[top:bottom, left:end]
        # Every other pixel is enough: the band is smooth.
        full = max(contrast_of(dark[::2, ::2]), least_contrast)
        return Window(dark, full, right / px, down / px)


def cut_band(
    grey: Grey, place: LineStart, *, ahead_ratio: float = 0.0, below_ratio: float = 0.0
) -> Band:
    """Cut the band for windows from `place` to `ahead_ratio` line heights right of it.

    It reaches `below_ratio` line heights further down than a line needs. `grey` is dark on light.
    """
    scale = place.height / LINE_PX
    cos, sin = math.cos(place.angle) * scale, math.sin(place.angle) * scale
    axis_row = HALF_ROWS + _SLACK_ROWS
    x0, y0 = HALF_COLUMNS, axis_row
    matrix = np.array(
        [[cos, -sin, place.x - cos * x0 + sin * y0], [sin, cos, place.y - sin * x0 - cos * y0]]
    )
    columns = 2 * HALF_COLUMNS + 1 + math.ceil(ahead_ratio * LINE_PX)
    rows = 2 * axis_row + 1 + math.ceil(below_ratio * LINE_PX)
    band = cv2.warpAffine(
        grey,
        matrix,
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    smooth = np.asarray(cv2.blur(band, (3, 3)), dtype=np.uint8)
    return Band(place, darkness_of(smooth, LINE_PX), axis_row)
