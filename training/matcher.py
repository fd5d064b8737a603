"""The matcher: says for every anchor which prefix, if any, it has to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.boxes import box_areas, encode_boxes, pairwise_intersections, pairwise_ious

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes

IGNORED = -1
BACKGROUND = 0


@dataclass(frozen=True, slots=True)
class MatchRule:
    """IoU at which an anchor is a positive, and from which it is at least not a negative.

    `max_ignored_share` is the share of an anchor that may lie in an ignore region.
    """

    positive_iou: float = 0.45
    negative_iou: float = 0.35
    max_ignored_share: float = 0.5


DEFAULT_RULE = MatchRule()


def match_anchors(
    anchors: Boxes,
    boxes: Boxes,
    classes: NDArray[np.int32],
    *,
    ignored: NDArray[np.bool_],
    rule: MatchRule = DEFAULT_RULE,
) -> Boxes:
    """Return the targets of one picture, float32 [A, 5]: class, then the encoded offset.

    The class is -1 (ignored), 0 (background) or 1-based as in the label map; offsets are zero but
    at positives. All boxes are in pixels, like the anchors.
    """
    targets = np.zeros((len(anchors), 5), np.float32)
    _ignore_regions(targets, anchors, boxes[ignored], rule)
    if not ignored.all():
        _assign_boxes(targets, anchors, boxes[~ignored], classes[~ignored], rule)
    return targets


def _ignore_regions(targets: Boxes, anchors: Boxes, regions: Boxes, rule: MatchRule) -> None:
    if not len(regions):
        return
    shares = pairwise_intersections(anchors, regions) / box_areas(anchors)[:, None]
    overlaps = pairwise_ious(anchors, regions)
    hit = (shares > rule.max_ignored_share) | (overlaps > rule.negative_iou)
    targets[hit.any(axis=1), 0] = IGNORED


def _assign_boxes(
    targets: Boxes, anchors: Boxes, boxes: Boxes, classes: NDArray[np.int32], rule: MatchRule
) -> None:
    ious = pairwise_ious(anchors, boxes)
    nearest = ious.argmax(axis=1)
    best = ious.max(axis=1)
    # Without its best anchor a box of an odd size would go unlearned.
    champions = ious.argmax(axis=0)
    nearest[champions] = np.arange(len(boxes))
    positive = best >= rule.positive_iou
    positive[champions] = True
    targets[best >= rule.negative_iou, 0] = IGNORED
    targets[positive, 0] = classes[nearest[positive]]
    targets[positive, 1:] = encode_boxes(boxes[nearest[positive]], anchors[positive])
