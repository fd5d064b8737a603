"""The split of a data set into what is trained on and what is measured with."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.data.dataset import LabelledImage

NAMES = {2: ("train", "test"), 3: ("train", "val", "test")}


def parse_shares(text: str) -> dict[str, float]:
    """Return the share of each split of `.8/.2` (train/test) or `70/15/15` (train/val/test).

    The numbers are weights. Raises DataSetError where it is neither.
    """
    try:
        weights = [float(part) for part in text.split("/")]
    except ValueError:
        weights = []
    if len(weights) not in NAMES or not all(0 < weight < np.inf for weight in weights):
        raise DataSetError(f"expected a split like .8/.2 or .7/.15/.15, received {text!r}")
    return {
        name: weight / sum(weights)
        for name, weight in zip(NAMES[len(weights)], weights, strict=True)
    }


def split_images(
    images: Sequence[LabelledImage], shares: dict[str, float], seed: int
) -> dict[str, list[LabelledImage]]:
    """Deal the pictures out so that each split has its share of them, and of each class's boxes.

    In the manner of iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): pictures with
    the rarest class come first, and each goes where it does most against the squared error of the
    shares. The number of pictures in each split is exact, that of the boxes as near as it gets.
    The same seed and pictures make the same split. Raises DataSetError where a split would have
    no picture.
    """
    sizes = _count_out(len(images), shares)
    if empty := [name for name, size in sizes.items() if not size]:
        raise DataSetError(f"{len(images)} pictures are too few for a split {empty[0]!r}")
    rng = np.random.default_rng(seed)
    weights = weigh_images(images)
    missing = {name: np.full(weights.shape[1], share) for name, share in shares.items()}
    split: dict[str, list[LabelledImage]] = {name: [] for name in shares}
    order = rng.permutation(len(images))
    for number in order[np.argsort(-weights[order].max(axis=1), kind="stable")]:
        weight = weights[number]
        gains = {
            name: float((weight * (2 * missing[name] - weight)).sum()) / shares[name]
            for name in shares
            if len(split[name]) < sizes[name]
        }
        chosen = max(gains, key=lambda name: gains[name])
        missing[chosen] -= weight
        split[chosen].append(images[number])
    return {name: [part[k] for k in rng.permutation(len(part))] for name, part in split.items()}


def weigh_images(images: Sequence[LabelledImage]) -> NDArray[np.float64]:
    """Return which share of all pictures, and of each class's boxes, each picture is.

    float64 [n, 1 + classes]; ignored boxes do not count.
    """
    counts = [Counter(box.label for box in image.boxes if not box.is_ignored) for image in images]
    labels = sorted({label for count in counts for label in count})
    table = np.array([[1, *(count[label] for label in labels)] for count in counts], np.float64)
    weights: NDArray[np.float64] = table / table.sum(axis=0)
    return weights


def _count_out(count: int, shares: dict[str, float]) -> dict[str, int]:
    """Return whole numbers in these shares that add up, by the method of largest remainders."""
    sizes = {name: int(count * share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: sizes[name] - count * shares[name])
    for name in by_remainder[: count - sum(sizes.values())]:
        sizes[name] += 1
    return sizes
