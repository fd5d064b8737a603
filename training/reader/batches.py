"""Batches of strips of like width, and what the reader is to say to each."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.reader.alphabet import encode_text, steps_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.reader.strips import Strip, StripSource

NET_HEIGHT = 32
# A strip this many times as high as it is wide has one time step for each such width.
STEPS_PER_HEIGHT = 10
COLUMNS_PER_STEP = 4
# Strips are padded to the next of these lengths, so that little is spent on padding.
STEP_BUCKETS = (48, 80, 112, 144, 184, 232, 288, 344)
MAX_CHARACTERS = 80
PAPER = 255


@dataclass(frozen=True, slots=True, eq=False)
class ReaderBatch:
    """Strips for the network and their truth.

    `images` is uint8 [B, 32, 4 T, 1]. `truth` is int32 [B, 1 + 1 + 80 + T]: valid steps, number of
    characters, the characters' classes padded with 0, and for every step the class of the character
    whose middle falls into it, else 0.
    """

    images: NDArray[np.uint8]
    truth: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StripBatches:
    """Makes batches of `number` strips; they get harder over the first `warmup_strips`."""

    source: StripSource
    number: int
    warmup_strips: int = 0
    seen_strips: int = 0

    def __call__(self, rng: np.random.Generator) -> Iterator[ReaderBatch]:
        """Yield batches without end, each as soon as enough strips of like width are there."""
        waiting: dict[int, list[Strip]] = defaultdict(list)
        made = self.seen_strips
        while True:
            for strip in self.source.sample(rng, hardness=self._hardness(made)):
                steps = choose_bucket(strip)
                if steps is None:
                    continue
                made += 1
                waiting[steps].append(strip)
                if len(waiting[steps]) == self.number:
                    yield make_batch(waiting.pop(steps), steps)

    def _hardness(self, made: int) -> float:
        return min(1.0, made / self.warmup_strips) if self.warmup_strips else 1.0


def count_steps(height: int, width: int) -> int:
    """Return how many time steps the reader has for a strip."""
    return max(1, math.ceil(STEPS_PER_HEIGHT * width / height))


def choose_bucket(strip: Strip) -> int | None:
    """Return the number of steps to pad `strip` to, None where it is too long or too crowded."""
    steps = count_steps(*strip.pixels.shape)
    if steps > STEP_BUCKETS[-1] or len(strip.text) > MAX_CHARACTERS:
        return None
    if steps_needed(encode_text(strip.text)) > steps:
        return None
    return next(bucket for bucket in STEP_BUCKETS if bucket >= steps)


def fit_strip(pixels: NDArray[np.uint8], steps: int) -> NDArray[np.uint8]:
    """Return a strip [H, W] at the network's height and stretch, padded with paper to `steps`."""
    size = count_steps(*pixels.shape) * COLUMNS_PER_STEP, NET_HEIGHT
    fitted = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    image = np.full((NET_HEIGHT, steps * COLUMNS_PER_STEP), PAPER, np.uint8)
    image[:, : size[0]] = fitted
    return image


def make_batch(strips: list[Strip], steps: int) -> ReaderBatch:
    """Return one batch of strips that have at most `steps` time steps."""
    images = np.stack([fit_strip(strip.pixels, steps) for strip in strips])
    truth = np.stack([encode_truth(strip, steps) for strip in strips])
    return ReaderBatch(images[..., np.newaxis], truth)


def encode_truth(strip: Strip, steps: int) -> NDArray[np.int32]:
    """Return the strip's row of `ReaderBatch.truth`."""
    classes, valid = encode_text(strip.text), count_steps(*strip.pixels.shape)
    labels, marks = np.zeros(MAX_CHARACTERS, np.int32), np.zeros(steps, np.int32)
    labels[: len(classes)] = classes
    at = np.clip(strip.centres * valid / strip.pixels.shape[1], 0, valid - 1).astype(int)
    marks[at] = classes
    return np.concatenate([[valid, len(classes)], labels, marks]).astype(np.int32)
