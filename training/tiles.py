"""Detection in overlapping tiles of the full image: nothing is shrunk, everything costs more."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from training.nms import suppress_overlaps
from training.postprocess import Detections, PostprocessRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluate import Detector

# A prefix of the largest print that is looked for in a tile lies whole in one of two neighbours.
OVERLAP_PX = 192


class TiledDetector:
    """Looks at an image piece by piece with another detector and puts together what it finds."""

    def __init__(self, detector: Detector, tile: int, rule: PostprocessRule | None = None) -> None:
        """Cut tiles of at most `tile` pixels a side."""
        self._detector = detector
        self._tile = tile
        self._rule = rule or PostprocessRule()

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        found = []
        height, width = image.shape[:2]
        starts = product(tile_starts(height, self._tile), tile_starts(width, self._tile))
        for top, left in starts:
            part = image[top : top + self._tile, left : left + self._tile]
            seen = self._detector.detect(np.ascontiguousarray(part))
            shift = np.array([top, left, top, left], np.float32)
            found.append(Detections(seen.boxes + shift, seen.scores, seen.classes))
        return self._merge(found)

    def input_scale(self, height: int, width: int) -> float:
        """Return 1: a tile is not shrunk."""
        del height, width
        return 1.0

    def _merge(self, parts: list[Detections]) -> Detections:
        boxes = np.concatenate([part.boxes for part in parts])
        scores = np.concatenate([part.scores for part in parts])
        classes = np.concatenate([part.classes for part in parts])
        kept = suppress_overlaps(
            boxes, scores, max_iou=self._rule.max_iou, max_boxes=self._rule.max_boxes
        )
        return Detections(boxes[kept], scores[kept], classes[kept])


def tile_starts(length: int, tile: int) -> list[int]:
    """Return where tiles start so that they cover `length` pixels and overlap enough."""
    if length <= tile:
        return [0]
    count = -(-(length - OVERLAP_PX) // (tile - OVERLAP_PX))
    return [round(step) for step in np.linspace(0, length - tile, count)]
