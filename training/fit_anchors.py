"""Anchors fitted to boxes: which levels, sizes and aspects a data set's objects ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.anchors import BACKBONE_STRIDE, AnchorLevel

if TYPE_CHECKING:
    from training.boxes import Boxes
    from training.example import ExampleSource

SAMPLES = 200
FINEST_STRIDE = 8
COARSEST_STRIDE = 128
# The side of the smaller of a level's two squares, in strides; the other is half an octave larger.
SIDE_STRIDES = 2.5
# Of the boxes' sides and aspects: what is beyond is a rarity or an error.
TAILS = (0.05, 0.95)
# Anchors nearer to each other than this ratio serve the same boxes.
ASPECT_STEP = 1.5
MOST_ASPECTS = 5


def sample_boxes(source: ExampleSource, *, size: int, seed: int) -> Boxes:
    """Return the boxes of some examples that are not ignored, float32 [n, 4] in pixels."""
    rng = np.random.default_rng(seed)
    examples = [source.sample(rng) for _ in range(SAMPLES)]
    return np.concatenate([one.boxes[~one.ignored] for one in examples]) * np.float32(size)


def fit_levels(boxes: Boxes) -> tuple[AnchorLevel, ...]:
    """Return levels whose anchors cover the sizes and the aspects of `boxes` [n, 4], in pixels.

    Raises ValueError where there are no boxes.
    """
    if not len(boxes):
        raise ValueError("expected boxes to fit anchors to, found none in the examples")
    heights, widths = (boxes[:, 2:] - boxes[:, :2]).T
    small, large = np.quantile(np.sqrt(heights * widths), TAILS)
    aspects = _spread_aspects(*np.quantile(widths / heights, TAILS))
    strides = _choose_strides(float(small), float(large))
    return tuple(
        AnchorLevel(stride, _level_sides(stride), aspects, equal_area=True) for stride in strides
    )


def _level_sides(stride: int) -> tuple[float, float]:
    return SIDE_STRIDES * stride, round(SIDE_STRIDES * stride * 2**0.5, 1)


def _choose_strides(small: float, large: float) -> list[int]:
    """Return the strides, each twice the one before, whose squares span `small` to `large`."""
    strides = [FINEST_STRIDE]
    while 2 * strides[0] <= BACKBONE_STRIDE and _level_sides(2 * strides[0])[0] <= small:
        strides = [2 * strides[0]]
    while strides[-1] < COARSEST_STRIDE and _level_sides(strides[-1])[1] * 2**0.25 < large:
        strides.append(2 * strides[-1])
    return strides


def _spread_aspects(low: float, high: float) -> tuple[float, ...]:
    """Return aspects in even ratios from `low` to `high`, one where they hardly differ."""
    steps = np.log(high / low) / np.log(ASPECT_STEP)
    count = min(1 + int(steps), MOST_ASPECTS)
    if count == 1:
        return (round(float(np.sqrt(low * high)), 3),)
    return tuple(round(float(aspect), 3) for aspect in np.geomspace(low, high, count))
