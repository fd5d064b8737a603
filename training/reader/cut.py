"""The cut: a photographed line becomes a strip like the service cuts it, small errors included."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.synth.geometry import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.reader.typeset import SetLine

    Grey = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

STRIP_HEIGHT = 44
MARGIN_RATIO = 0.04
SIDE_MARGIN_RATIO = 0.12
_POINTS = 33
_WAVE_COLUMNS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A strip, uint8 [44, W], and the columns of the characters' middles, float32 [characters]."""

    pixels: Grey
    centres: Floats


@dataclass(frozen=True, slots=True)
class Slips:
    """How a traced line differs from the true one; all in line heights but `scale`."""

    scale: float
    shift: float
    slope: float
    wave: float
    left: float
    right: float

    @classmethod
    def draw(cls, rng: np.random.Generator, *, is_underlined: bool = False) -> Slips:
        """Return random slips, spread like those that the service makes on photographs.

        It takes most lines for a little higher than they are; a line under the ink draws it down.
        """
        scale, shift, slope = rng.normal((0.065, -0.03, -0.005), (0.075, 0.05, 0.035))
        lower = rng.uniform(0, 0.15) if is_underlined and rng.random() < 0.5 else 0.0
        return cls(
            scale=float(np.exp(np.clip(scale, -0.14, 0.22))),
            shift=float(np.clip(shift, -0.14, 0.12) + lower),
            slope=float(np.clip(slope, -0.12, 0.12)),
            wave=float(np.clip(rng.normal(0, 0.025), -0.08, 0.08)),
            left=SIDE_MARGIN_RATIO + float(np.clip(rng.normal(0, 0.05), -0.12, 0.2)),
            right=SIDE_MARGIN_RATIO + float(np.clip(rng.normal(0.02, 0.06), -0.1, 0.3)),
        )


def trim_view(view: View, line: SetLine) -> tuple[View, tuple[int, int]]:
    """Move `view` so that the line and its neighbours just fill the picture; return its size."""
    x = np.linspace(line.left - 2 * line.height, line.right + 2 * line.height, 9)
    rows = (line.middle - 1.1 * line.leading, line.middle + 1.1 * line.leading)
    points = view.project(
        np.concatenate([np.stack([x, np.full_like(x, y)], axis=1) for y in rows]).astype(np.float32)
    )
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    width, height = (high - low).astype(int)
    return View(move @ view.matrix, view.curl), (max(8, int(width)), max(8, int(height)))


def cut_strip(picture: Grey, line: SetLine, view: View, slips: Slips) -> Cut:
    """Cut the line out of `picture` (uint8 [H, W], dark on light), which `view` took of a page."""
    page_x = np.linspace(line.left - line.height, line.right + line.height, _POINTS)
    axis = view.project(
        np.stack([page_x, np.full_like(page_x, line.middle)], axis=1).astype(np.float32)
    )
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(axis, axis=0).T))])
    height = _height_in_picture(line, view) * slips.scale
    scale = height * (1 + 2 * MARGIN_RATIO) / STRIP_HEIGHT
    first = float(np.interp(line.left, page_x, along)) - slips.left * height
    last = float(np.interp(line.right, page_x, along)) + slips.right * height
    columns = max(8, math.ceil((last - first) / scale))
    at = first + (np.arange(columns) + 0.5) * scale
    x, y = (np.interp(at, along, axis[:, k]) for k in (0, 1))
    below = (np.arange(STRIP_HEIGHT) + 0.5 - STRIP_HEIGHT / 2)[:, np.newaxis] * scale
    pixels = _sample(picture, *_spread(x, y, below + height * _offsets(columns, slips)), scale)
    centres = (np.interp(line.centres, page_x, along) - first) / scale
    return Cut(pixels, centres.astype(np.float32))


def _height_in_picture(line: SetLine, view: View) -> float:
    """Return the line's height where it starts: the service measures it there and keeps it."""
    x, half = line.left + 1.5 * line.height, line.height / 2
    ends = np.array([[x, line.middle - half], [x, line.middle + half]], np.float32)
    top, bottom = view.project(ends)
    return max(4.0, float(np.linalg.norm(bottom - top)))


def _spread(x: Doubles, y: Doubles, below: Doubles) -> tuple[Floats, Floats]:
    """Return the points `below` (pixels, [rows, columns]) the axis at `x`, `y`, square to it."""
    step_x, step_y = np.gradient(x), np.gradient(y)
    length = np.maximum(np.hypot(step_x, step_y), 1e-6)
    across, down = x - below * step_y / length, y + below * step_x / length
    return across.astype(np.float32), down.astype(np.float32)


def _offsets(columns: int, slips: Slips) -> Doubles:
    """Return by how many line heights the traced axis lies too low, column by column."""
    u = np.linspace(0, 1, columns)
    waves = np.sin(2 * np.pi * columns / _WAVE_COLUMNS * u)
    return np.asarray(slips.shift + slips.slope * (u - 0.3) + slips.wave * waves, np.float64)


def _sample(picture: Grey, x: Floats, y: Floats, scale: float) -> Grey:
    """Sample bicubically; where many pixels fall into one, they are averaged first."""
    if scale > 1.5:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), scale / 3), np.uint8)
    strip = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, np.uint8)
