"""Batches of glyphs for the judge, and which characters they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.twins.glyphs import cut_strip_glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.reader.strips import Strip, StripSource


@dataclass(frozen=True, slots=True, eq=False)
class GlyphBatch:
    """`glyphs` is uint8 [B, 40, 44, 36], `classes` int32 [B, 40]; class 0 is no glyph."""

    glyphs: NDArray[np.uint8]
    classes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class GlyphBatches:
    """Makes batches of the glyphs of `number` strips."""

    source: StripSource
    number: int
    jitter: float

    def __call__(self, rng: np.random.Generator) -> Iterator[GlyphBatch]:
        """Yield batches without end; the photographs of one line are apart from each other."""
        waiting: list[Strip] = []
        while True:
            while len(waiting) < 2 * self.number:
                waiting += self.source.sample(rng)
            rng.shuffle(waiting)
            taken, waiting = waiting[: self.number], waiting[self.number :]
            yield make_glyph_batch(taken, rng, jitter=self.jitter)


def make_glyph_batch(strips: list[Strip], rng: np.random.Generator, *, jitter: float) -> GlyphBatch:
    """Return the glyphs of some strips."""
    cut = [cut_strip_glyphs(strip, rng, jitter=jitter) for strip in strips]
    return GlyphBatch(
        np.stack([glyphs for glyphs, _ in cut]), np.stack([classes for _, classes in cut])
    )
