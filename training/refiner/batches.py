"""Batches of patches: proposals drawn at random, each cut out a little off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.refiner.patch import cut_patches
from training.refiner.rows import encode_edges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.refiner.config import RefinerConfig
    from training.refiner.proposals import ProposalSet
    from training.refiner.rule import RefineRule

# How many are cut out where the detector had them.
PLAIN_SHARE = 0.3
DARK_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class PatchBatch:
    """`patches` is float32 [B, height, width, C]; `targets` [B, 5] the label, then the edges."""

    patches: NDArray[np.float32]
    targets: Boxes


class PatchBatches:
    """Makes batches of a set of proposals."""

    def __init__(self, proposals: ProposalSet, config: RefinerConfig, rule: RefineRule) -> None:
        self._proposals, self._config, self._rule = proposals, config, rule
        self._chances = weigh_labels(proposals.labels)

    def make(self, rng: np.random.Generator) -> Iterator[PatchBatch]:
        """Yield batches without end."""
        while True:
            places = rng.choice(len(self._proposals), self._config.batch, p=self._chances)
            made = [self._cut(int(place), rng) for place in places]
            yield PatchBatch(
                np.concatenate([patch for patch, _ in made]), np.stack([row for _, row in made])
            )

    def _cut(self, place: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], Boxes]:
        proposals = self._proposals
        box = self._move(proposals.boxes[place : place + 1], rng)
        patch = cut_patches(proposals.window(place), box, self._rule)
        if rng.random() < DARK_SHARE:
            patch = 255 - patch
        edges = encode_edges(box, proposals.truths[place : place + 1])[0]
        return patch, np.concatenate([[proposals.labels[place]], edges]).astype(np.float32)

    def _move(self, box: Boxes, rng: np.random.Generator) -> Boxes:
        if rng.random() < PLAIN_SHARE:
            return box
        up, across = self._config.jitter
        sides = np.tile(box[:, 2:] - box[:, :2], 2)
        noise = rng.normal(0, [up, across, up, across])
        return (box + noise * sides).astype(np.float32)


def weigh_labels(labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the chance of each proposal: half of a batch is to be something, half nothing.

    Labels that are rare come more often than they are there, by the square root.
    """
    numbers, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    shares = np.where(numbers == 0, 0.0, np.sqrt(counts))
    shares = shares / shares.sum() if shares.any() else shares
    shares = np.where(numbers == 0, 1.0, shares)
    chances = (shares / counts)[places]
    normal: NDArray[np.float64] = chances / chances.sum()
    return normal
