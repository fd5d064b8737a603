"""From the detector's raw rows to detections, in NumPy, one picture at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.boxes import decode_boxes
from training.nms import suppress_overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class PostprocessRule:
    """What becomes of the rows: `candidates` is how many of the best go into suppression."""

    min_score: float = 0.02
    max_iou: float = 0.5
    candidates: int = 400
    max_boxes: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """`boxes` float32 [n, 4] in pixels, `scores` float32 [n] falling, `classes` int [n] 1-based."""

    boxes: Boxes
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


def decode_rows(rows: Boxes, anchors: Boxes, rule: PostprocessRule) -> Detections:
    """Return what the detector found in one picture; `rows` is [A, classes + 4]."""
    logits = rows[:, :-4]
    best = logits.max(axis=1)
    chosen = np.argsort(-best, kind="stable")[: rule.candidates]
    scores = 1.0 / (1.0 + np.exp(-best[chosen]))
    chosen, scores = chosen[scores >= rule.min_score], scores[scores >= rule.min_score]
    boxes = decode_boxes(rows[chosen, -4:], anchors[chosen])
    kept = suppress_overlaps(boxes, scores, max_iou=rule.max_iou, max_boxes=rule.max_boxes)
    return Detections(boxes[kept], scores[kept], logits[chosen].argmax(axis=1)[kept] + 1)
