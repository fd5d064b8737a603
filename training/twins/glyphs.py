"""Glyphs: windows on a strip, one round the middle of each character of its first word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from training.reader.alphabet import INKED, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.reader.strips import Strip

GLYPH_HEIGHT: Final = 44
GLYPH_WIDTH: Final = 36
# The most glyphs of a line that are compared; of longer words some are left out.
GLYPHS: Final = 40
PAPER: Final = 255
# The groups of characters that the judge tells apart, and the order of what it answers.
TWINS: Final = ("0O", "1lI")
# Class 0 is no glyph.
CLASSES: Final = 1 + len(INKED)


def number_of(character: str) -> int:
    """Return the class of a character; raises ValueError for one that is not printable ASCII."""
    return 1 + INKED.index(character)


def cut_glyphs(pixels: NDArray[np.uint8], centres: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return windows [n, 44, 36] round the columns `centres` of a strip [44, W]."""
    padded = np.pad(pixels, ((0, 0), (GLYPH_WIDTH, GLYPH_WIDTH)), constant_values=PAPER)
    lefts = np.rint(centres + GLYPH_WIDTH / 2).astype(int)
    lefts = np.clip(lefts, 0, padded.shape[1] - GLYPH_WIDTH)
    columns = lefts[:, np.newaxis] + np.arange(GLYPH_WIDTH)
    return np.ascontiguousarray(padded[:, columns].transpose(1, 0, 2))


def cut_strip_glyphs(
    strip: Strip, rng: np.random.Generator, *, jitter: float
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the glyphs [40, 44, 36] of a strip's first word and their classes [40].

    Where there are fewer, the last ones are blank and of class 0; where there are more, all twins
    that find room are there. Each window is up to some `jitter` off its character's middle.
    """
    word = strip.text.split(SPACE, 1)[0]
    places = rng.permutation(len(word))
    is_twin = np.array([any(word[place] in group for group in TWINS) for place in places], bool)
    places = np.sort(np.concatenate([places[is_twin], places[~is_twin]])[:GLYPHS])
    centres = strip.centres[places] + rng.normal(0.0, jitter, len(places))
    glyphs = np.full((GLYPHS, GLYPH_HEIGHT, GLYPH_WIDTH), PAPER, np.uint8)
    classes = np.zeros(GLYPHS, np.int32)
    glyphs[: len(places)] = cut_glyphs(strip.pixels, centres)
    classes[: len(places)] = [number_of(word[place]) for place in places]
    return glyphs, classes
