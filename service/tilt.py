"""Where a text line starts and how it is turned, from an upright prefix box and the ink in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from service.ink import measure_ink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.ink import Grey, Ink
    from service.records import Box

PATCH_LINE_PX = 32
"""Line height in the patch that is searched: enough to tell ascenders, x-height and descenders."""

_COARSE_DEG = 2.0
_ROWS = np.arange(-2 * PATCH_LINE_PX, 2 * PATCH_LINE_PX)
_HEIGHT_FACTORS = np.array([0.85, 0.92, 1.0, 1.08, 1.16])
_MOVES = np.arange(-0.25, 0.26, 0.05)


class LineStart(NamedTuple):
    """The left end of a text line's middle axis (half way from ascender top to descender bottom).

    `angle` is in radians, clockwise on the screen; `height` is ascender to descender in pixels.
    """

    x: float
    y: float
    angle: float
    height: float


def line_profile(height: float | NDArray[Any], rows: NDArray[Any]) -> Ink:
    """Return how much ink a row of Latin text holds, by its distance from the middle axis.

    Full between x-height and baseline, a third in the ascenders, a fifth in the descenders, and
    less than nothing just outside, where the space between two lines lies. Proportions are the
    mean of common text faces.
    """
    place = rows / height + 0.5
    bands = (-0.25, 0.0, 0.03, 0.22, 0.29, 0.74, 0.80, 0.97, 1.0, 1.25)
    ink = (-0.45, -0.45, 0.30, 0.35, 1.0, 1.0, 0.20, 0.15, -0.45, -0.45)
    return np.interp(place, bands, ink, left=0.0, right=0.0).astype(np.float32)


def find_line_start(grey: Grey, box: Box, *, max_tilt_deg: float) -> LineStart:
    """Return the start of the line whose prefix lies in `box`; `grey` is dark on light."""
    patch, scale = _cut_patch(grey, box)
    halved = cv2.resize(patch, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = np.asarray(halved, dtype=np.uint8)
    degrees = np.arange(-max_tilt_deg, max_tilt_deg + 0.1, _COARSE_DEG)
    # To within a degree or two the nearest pixels show it, in a third of the time.
    coarse = _find_angle(small, box, degrees, sampling=cv2.INTER_NEAREST)
    angle = _find_angle(small, box, coarse + np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
    return _fit_height(patch, scale=scale, box=box, angle=math.radians(angle))


def _find_angle(
    patch: Grey, box: Box, degrees: NDArray[np.floating], *, sampling: int = cv2.INTER_LINEAR
) -> float:
    """Return the angle in degrees at which the lines lie along the rows; level if none fits."""
    possible = [float(one) for one in degrees if _line_size(box, math.radians(one)) is not None]
    if not possible:
        return 0.0
    return max(possible, key=lambda one: _score_steps(_rows_at(patch, math.radians(one), sampling)))


def _line_size(box: Box, angle: float) -> tuple[float, float] | None:
    """Return width and height of the turned rectangle that `box` surrounds, None if none fits."""
    cos, sin = math.cos(angle), abs(math.sin(angle))
    height = (box.height * cos - box.width * sin) / (cos * cos - sin * sin)
    width = (box.width * cos - box.height * sin) / (cos * cos - sin * sin)
    if height <= 0.3 * box.height or not 1.2 <= width / height <= 7.0:
        return None
    return width, height


def _cut_patch(grey: Grey, box: Box) -> tuple[Grey, float]:
    """Return the ink around the prefix, its centre in the patch's centre, and patch px per px."""
    scale = PATCH_LINE_PX / max(box.height, 4.0)
    width = int(2 * box.width * scale) + 4 * PATCH_LINE_PX
    height = 5 * PATCH_LINE_PX
    centre_x, centre_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    matrix = np.array(
        [
            [scale, 0, width / 2 - centre_x * scale],
            [0, scale, height / 2 - centre_y * scale],
        ]
    )
    patch = cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return measure_ink(np.asarray(patch, dtype=np.uint8), PATCH_LINE_PX), scale


def _rows_at(patch: Grey, angle: float, sampling: int = cv2.INTER_LINEAR) -> NDArray[np.float32]:
    """Return the ink per row of the patch's middle four fifths, turned round their centre."""
    height, width = patch.shape
    rows = height * 4 // 5
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(angle), 1.0)
    turn[1, 2] -= (height - rows) / 2
    turned = cv2.warpAffine(patch, turn, (width, rows), flags=sampling)
    rows_sum = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
    return np.asarray(rows_sum.ravel(), dtype=np.float32)


def _score_steps(rows: NDArray[np.float32]) -> float:
    """Text lines that lie along the rows make the row sums jump: sum of squared steps."""
    steps = rows[1:] - rows[:-1]
    return float(steps @ steps)


def _fit_height(patch: Grey, *, scale: float, box: Box, angle: float) -> LineStart:
    """Fit the line's profile around the box's centre over small shifts and heights."""
    size = _line_size(box, angle) or (box.width, box.height)
    tall = size[1] * scale * _HEIGHT_FACTORS[:, np.newaxis, np.newaxis]
    moves = _MOVES[:, np.newaxis] * tall
    profiles = line_profile(tall, _ROWS - moves)
    scores = profiles @ _rows_at(patch, angle) / np.linalg.norm(profiles, axis=-1)
    factor, move = np.unravel_index(np.argmax(scores), scores.shape)
    height = float(tall[factor, 0, 0]) / scale
    shift = float(moves[factor, move, 0]) / scale
    centre_x, centre_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    half = size[0] / 2
    return LineStart(
        x=centre_x - half * math.cos(angle) - shift * math.sin(angle),
        y=centre_y - half * math.sin(angle) + shift * math.cos(angle),
        angle=angle,
        height=height,
    )
