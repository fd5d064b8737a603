"""Non-maximum suppression in NumPy: the reference for what the exported graph does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.boxes import pairwise_ious

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes


def suppress_overlaps(
    boxes: Boxes, scores: NDArray[np.float32], *, max_iou: float, max_boxes: int
) -> NDArray[np.intp]:
    """Return the indices of the boxes that stay, best first: [n, 4], [n] -> [<= max_boxes].

    A box goes where a better one, of whatever class, overlaps it by more than `max_iou`: a prefix
    has one class only.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order) and len(kept) < max_boxes:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        ious = pairwise_ious(boxes[best : best + 1], boxes[rest])[0]
        order = rest[ious <= max_iou]
    return np.array(kept, np.intp)
