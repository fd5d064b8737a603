"""Proposals: what a detector says of generated crops, with the truth, to train a second stage on.

A proposal's window has more of the crop than its patch will, at full resolution, so that patches
can be cut out of it that are off in place and size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from training.boxes import pairwise_ious
from training.contract import PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.example import Example
    from training.postprocess import Detections
    from training.refiner.rule import RefineRule

# Overlap with a true box from which on a proposal is to become it, and up to which it is none.
LEAST_IOU = 0.45
MOST_BACKGROUND_IOU = 0.35
# What is illegible or cut is neither.
MOST_IGNORED_IOU = 0.1
LEAST_SIDE = 4.0
LEAST_SCORE = 0.05
# There is no end of background that scores less, and little to learn from most of it.
FAINT_SCORE = 0.1
FAINT_SHARE = 0.5
# How much further than a patch a window reaches, in parts of the box's height, and in pixels.
SPARE = 0.6
SPARE_PIXELS = 3.0


class NoProposalsError(ValueError):
    """The detector says nothing of any crop."""


class Detector(Protocol):
    """The first stage."""

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        ...


class Proposal(NamedTuple):
    """`window` is uint8 [h, w, C], `box` and `truth` [4] are in its pixels; `label` 0 is nothing.

    Where the label is 0, `truth` is `box`.
    """

    window: NDArray[np.uint8]
    box: Boxes
    truth: Boxes
    label: int


def propose(
    example: Example, detector: Detector, rule: RefineRule, rng: np.random.Generator
) -> Iterator[Proposal]:
    """Yield what `detector` finds in `example`, save where it is not known whether that is right.

    Of several that fit a true box the best counts; the others are left out.
    """
    image = example.image
    colour = image if image.shape[-1] == 3 else np.repeat(image, 3, axis=-1)
    found = detector.detect(colour)
    truth = example.boxes * np.tile(np.array(image.shape[:2], np.float32), 2)
    taken: set[int] = set()
    for box, score in zip(found.boxes, found.scores, strict=True):
        is_faint = score < FAINT_SCORE and rng.random() > FAINT_SHARE
        if score < LEAST_SCORE or min(box[2:] - box[:2]) < LEAST_SIDE:
            continue
        match = _match(box, truth, example.ignored)
        if match is None or match in taken:
            continue
        if match >= 0:
            taken.add(match)
            yield _cut_out(image, box, truth[match], int(example.classes[match]), rule)
        elif not is_faint:
            yield _cut_out(image, box, box, 0, rule)


def _match(box: Boxes, truth: Boxes, ignored: NDArray[np.bool_]) -> int | None:
    """Return the number of the true box, -1 where there is none, None where it is not known."""
    if not len(truth):
        return -1
    ious = pairwise_ious(box[None], truth)[0]
    best = int(ious.argmax())
    if ignored[best]:
        return None if ious[best] > MOST_IGNORED_IOU else -1
    if ious[best] >= LEAST_IOU:
        return best
    return -1 if ious[best] < MOST_BACKGROUND_IOU else None


def _cut_out(
    image: NDArray[np.uint8], box: Boxes, truth: Boxes, label: int, rule: RefineRule
) -> Proposal:
    rim = (rule.margin + SPARE) * (box[2] - box[0]) + SPARE_PIXELS
    top, left = (int(side) for side in np.floor(box[:2] - rim))
    bottom, right = (int(side) for side in np.ceil(box[2:] + rim))
    shape = (bottom - top, right - left, image.shape[-1])
    window = np.full(shape, round(PADDING), np.uint8)
    height, width = image.shape[:2]
    rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
    seen = image[rows, columns]
    y, x = rows.start - top, columns.start - left
    window[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    corner = np.array([top, left, top, left], np.float32)
    return Proposal(window, box - corner, truth - corner, label)


@dataclass(frozen=True, slots=True, eq=False)
class ProposalSet:
    """Many proposals in few arrays: their windows lie one behind the other in `pixels`.

    `shapes` is [n, 4]: each window's height, width and channels, and where it starts.
    """

    pixels: NDArray[np.uint8]
    shapes: NDArray[np.int64]
    boxes: Boxes
    truths: Boxes
    labels: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of proposals."""
        return len(self.labels)

    def window(self, place: int) -> NDArray[np.uint8]:
        """Return the window of one proposal, uint8 [h, w, C]."""
        height, width, channels, start = (int(number) for number in self.shapes[place])
        size = height * width * channels
        return self.pixels[start : start + size].reshape(height, width, channels)


def gather_proposals(proposals: Iterable[Proposal]) -> ProposalSet:
    """Return what is in `proposals`; raises NoProposalsError where there are none."""
    known = list(proposals)
    if not known:
        message = "expected proposals, received none: train the detector until it finds something"
        raise NoProposalsError(message)
    sizes = [one.window.size for one in known]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shapes = [(*one.window.shape, start) for one, start in zip(known, starts, strict=True)]
    return ProposalSet(
        pixels=np.concatenate([one.window.ravel() for one in known]),
        shapes=np.array(shapes, np.int64),
        boxes=np.array([one.box for one in known], np.float32),
        truths=np.array([one.truth for one in known], np.float32),
        labels=np.array([one.label for one in known], np.int32),
    )
