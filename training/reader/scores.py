"""How well strips are read: exact rate and character errors."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from training.reader.alphabet import decode_path
from training.reader.batches import STEP_BUCKETS, choose_bucket, count_steps, make_batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras

    from training.reader.strips import Strip, StripSource

_BATCH = 16


def collect_strips(source: StripSource, *, count: int, rng: np.random.Generator) -> list[Strip]:
    """Return `count` strips that the network can take."""
    strips: list[Strip] = []
    while len(strips) < count:
        strips += [strip for strip in source.sample(rng) if choose_bucket(strip) is not None]
    return strips[:count]


def score_model(model: keras.Model, strips: list[Strip]) -> dict[str, float]:
    """Return `exact` and `cer` of a Keras reader."""
    buckets = defaultdict(list)
    for strip in strips:
        buckets[choose_bucket(strip) or STEP_BUCKETS[-1]].append(strip)
    pairs: list[tuple[str, str]] = []
    for steps, alike in buckets.items():
        for first in range(0, len(alike), _BATCH):
            some = alike[first : first + _BATCH]
            pairs += zip(_read(model, some, steps), [strip.text for strip in some], strict=True)
    return score_texts(pairs)


def score_texts(pairs: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return the share of pairs (read, true) that are alike, and edits per true character."""
    known = list(pairs)
    edits = sum(count_edits(read, true) for read, true in known)
    exact = sum(read == true for read, true in known)
    characters = sum(len(true) for _, true in known)
    return {"exact": exact / max(1, len(known)), "cer": edits / max(1, characters)}


def count_edits(one: str, other: str) -> int:
    """Return the least insertions, deletions and replacements between two texts (Levenshtein)."""
    row = np.arange(len(other) + 1)
    columns = np.arange(len(other) + 1)
    there = np.array([ord(character) for character in other])
    for number, character in enumerate(one, start=1):
        best = np.minimum(row[1:] + 1, row[:-1] + (there != ord(character)))
        row = np.concatenate([[number], best])
        # An insertion carries on from the cell to the left, however far that is.
        row = np.minimum.accumulate(row - columns) + columns
    return int(row[-1])


def _read(model: keras.Model, strips: list[Strip], steps: int) -> list[str]:
    batch = make_batch(strips, steps)
    classes = ops.convert_to_numpy(ops.argmax(model(batch.images, training=False), axis=-1))
    valid = [count_steps(*strip.pixels.shape) for strip in strips]
    return [decode_path(row[:last].tolist()) for row, last in zip(classes, valid, strict=True)]
