"""A course through the frame becomes a straight strip, by one smooth warp."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from service.records import Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.baseline import Course
    from service.ink import Grey
    from service.records import Polygon

    Floats = NDArray[np.float32]

_POLYGON_STEP_RATIO = 2.0


def sample_line(
    grey: Grey, course: Course, *, reach: tuple[float, float], height_px: int, margin_ratio: float
) -> Grey:
    """Return the part `reach` (from, to, in px along the course) of the frame as a strip.

    The line from ascender top to descender bottom fills the strip's height but for
    `margin_ratio` of it above and below; light and ink are as they are in the frame.
    """
    tall = course.start.height * (1 + 2 * margin_ratio)
    scale = tall / height_px
    columns = max(2, math.ceil((reach[1] - reach[0]) / scale))
    along = reach[0] + (np.arange(columns) + 0.5) * scale
    below = ((np.arange(height_px) + 0.5) * scale - tall / 2).astype(np.float32)[:, np.newaxis]
    x, y, normal_x, normal_y = (part.astype(np.float32) for part in course.axis_at(along))
    return _sample(grey, x + below * normal_x, y + below * normal_y, scale)


def outline(course: Course, *, reach: tuple[float, float], half_height: float) -> Polygon:
    """Return the polygon round a part of the line: top edge left to right, then back below."""
    pieces = max(1, math.ceil((reach[1] - reach[0]) / (_POLYGON_STEP_RATIO * course.start.height)))
    along = np.linspace(reach[0], reach[1], pieces + 1)
    edges = course.points_at(along, np.array([[-half_height], [half_height]]))
    return tuple(Point(*place) for place in [*edges[0].tolist(), *edges[1, ::-1].tolist()])


def _sample(grey: Grey, x: Floats, y: Floats, scale: float) -> Grey:
    """Sample the frame at `x`, `y`; where many pixels fall into one, they are averaged first."""
    left, right = max(0, math.floor(x.min()) - 8), math.ceil(x.max()) + 9
    top, bottom = max(0, math.floor(y.min()) - 8), math.ceil(y.max()) + 9
    part = grey[top : max(top + 1, bottom), left : max(left + 1, right)]
    if scale > 1.5:
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), scale / 3), dtype=np.uint8)
    strip = cv2.remap(part, x - left, y - top, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, dtype=np.uint8)
