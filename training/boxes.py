"""Box arithmetic: float32 [..., 4] in the order ymin, xmin, ymax, xmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Boxes = NDArray[np.float32]

# The scale of the offsets as in SSD (Liu et al. 2016): brings centre and size errors to order one.
CENTRE_SCALE = 10.0
SIZE_SCALE = 5.0
# Keeps exp() finite where an untrained network answers nonsense.
MAX_LOG_SIZE = 4.0


def box_areas(boxes: Boxes) -> Boxes:
    """Return the area of each box; [..., 4] -> [...]."""
    areas: Boxes = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return areas


def pairwise_intersections(first: Boxes, second: Boxes) -> Boxes:
    """Return the area that each pair of boxes shares; [n, 4], [m, 4] -> [n, m]."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(bottom_right - top_left, 0.0)
    shared: Boxes = sides[..., 0] * sides[..., 1]
    return shared


def pairwise_ious(first: Boxes, second: Boxes) -> Boxes:
    """Return intersection over union of each pair of boxes; [n, 4], [m, 4] -> [n, m]."""
    shared = pairwise_intersections(first, second)
    union = box_areas(first)[:, None] + box_areas(second)[None, :] - shared
    ious: Boxes = (shared / np.maximum(union, 1e-9)).astype(np.float32)
    return ious


def encode_boxes(boxes: Boxes, anchors: Boxes) -> Boxes:
    """Return each box as the offset from its anchor: dy, dx, log height, log width, scaled."""
    box_sides = np.maximum(boxes[..., 2:] - boxes[..., :2], 1e-3)
    anchor_sides = anchors[..., 2:] - anchors[..., :2]
    shift = (boxes[..., :2] + box_sides / 2) - (anchors[..., :2] + anchor_sides / 2)
    centres = shift / anchor_sides * CENTRE_SCALE
    sizes = np.log(box_sides / anchor_sides) * SIZE_SCALE
    return np.concatenate([centres, sizes], axis=-1).astype(np.float32)


def decode_boxes(offsets: Boxes, anchors: Boxes) -> Boxes:
    """Return the boxes that `encode_boxes` would turn into `offsets`."""
    anchor_sides = anchors[..., 2:] - anchors[..., :2]
    anchor_centres = anchors[..., :2] + anchor_sides / 2
    centres = anchor_centres + offsets[..., :2] / CENTRE_SCALE * anchor_sides
    sides = np.exp(np.minimum(offsets[..., 2:] / SIZE_SCALE, MAX_LOG_SIZE)) * anchor_sides
    boxes = np.concatenate([centres - sides / 2, centres + sides / 2], axis=-1)
    return boxes.astype(np.float32)
