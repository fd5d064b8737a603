"""The second stage's rows: logits against "nothing there", then how far each edge of a box is off.

An edge is off by a part of the box's height if it is the upper or the lower, of its width else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.postprocess import Detections

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.refiner.rule import RefineRule


def encode_edges(boxes: Boxes, truth: Boxes) -> Boxes:
    """Return how far each edge of `truth` [n, 4] is from that of `boxes` [n, 4]."""
    off: Boxes = (truth - boxes) / _sides(boxes)
    return off


def decode_edges(boxes: Boxes, offsets: Boxes) -> Boxes:
    """Return the boxes that `encode_edges` would turn into `offsets`."""
    moved: Boxes = boxes + offsets * _sides(boxes)
    return moved


def refine(found: Detections, rows: Boxes, rule: RefineRule) -> Detections:
    """Return `found` with what `rows` say of its first len(rows) boxes, best first again."""
    seen = len(rows)
    logits = rows[:, :-4]
    first = np.log(found.scores[:seen]) - np.log1p(-found.scores[:seen])
    second = np.logaddexp.reduce(logits, axis=1)
    log_odds = rule.weight * second + (1 - rule.weight) * first
    scores = np.concatenate([1 / (1 + np.exp(-log_odds)), found.scores[seen:]])
    classes = np.concatenate([logits.argmax(axis=1) + 1, found.classes[seen:]])
    boxes = np.concatenate([decode_edges(found.boxes[:seen], rows[:, -4:]), found.boxes[seen:]])
    order = np.argsort(-scores, kind="stable")
    return Detections(boxes[order], scores[order].astype(np.float32), classes[order])


def count_refined(scores: NDArray[np.float32], rule: RefineRule) -> int:
    """Return how many of the falling `scores` are looked at again."""
    return int(np.count_nonzero(scores[: rule.most] >= rule.min_score))


def _sides(boxes: Boxes) -> Boxes:
    return np.tile(boxes[:, 2:] - boxes[:, :2], 2)
