"""Anchors: the boxes over the feature maps that objects are measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.boxes import Boxes


@dataclass(frozen=True, slots=True)
class AnchorLevel:
    """The anchors of one feature map: every height (px) with every aspect (width / height).

    With `equal_area` a height is that of the square, and an aspect deforms it without changing its
    area, as the Object Detection API does it.
    """

    stride: int
    heights: tuple[float, ...]
    aspects: tuple[float, ...] = (2.0, 3.3, 5.2)
    equal_area: bool = False

    @property
    def per_cell(self) -> int:
        """Number of anchors at each cell of the feature map."""
        return len(self.heights) * len(self.aspects)

    def shapes(self) -> Boxes:
        """Return float32 [per_cell, 2]: height, width in pixels; heights outermost."""
        pairs = [(height, height * aspect) for height in self.heights for aspect in self.aspects]
        shapes = np.array(pairs, np.float32)
        if self.equal_area:
            shapes /= np.sqrt(shapes[:, 1:] / shapes[:, :1])
        return shapes


# The coarsest feature map of a backbone; what is coarser is pooled from it.
BACKBONE_STRIDE = 32
# The shipped detector's: a prefix is wide and flat.
LEVELS = (
    AnchorLevel(8, (10.0, 14.0)),
    AnchorLevel(16, (20.0, 28.0)),
    AnchorLevel(32, (40.0, 56.0)),
)


def level_anchors(level: AnchorLevel, *, rows: int, columns: int) -> Boxes:
    """Return float32 [rows * columns * per_cell, 4] in pixels, row by row, cell by cell."""
    ys = (np.arange(rows, dtype=np.float32) + 0.5) * level.stride
    xs = (np.arange(columns, dtype=np.float32) + 0.5) * level.stride
    centres = np.stack(np.meshgrid(ys, xs, indexing="ij"), axis=-1).reshape(-1, 1, 2)
    halves = level.shapes()[None] / 2
    return np.concatenate([centres - halves, centres + halves], axis=-1).reshape(-1, 4)


def image_anchors(*, height: int, width: int, levels: tuple[AnchorLevel, ...] = LEVELS) -> Boxes:
    """Return the anchors of a picture, finest level first: float32 [A, 4] in pixels.

    Raises ValueError where a side is no multiple of the backbone's stride.
    """
    if height % BACKBONE_STRIDE or width % BACKBONE_STRIDE:
        allowed = f"sides that are multiples of {BACKBONE_STRIDE}"
        raise ValueError(f"expected {allowed}, received {height}x{width}")
    tiles = [
        # A pooled map has a cell for what is left over at the edge, too.
        level_anchors(level, rows=-(-height // level.stride), columns=-(-width // level.stride))
        for level in levels
    ]
    return np.concatenate(tiles)
