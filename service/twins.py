"""Twins: `0` and `O`, and `1`, `l` and `I`, told apart by the other glyphs of their word.

A reader knows the shapes of many typefaces, and in words what is likely. In a name of letters and
digits at random it has the shape alone, and whether a ring is a nought depends on the face: on how
wide its digits and its capitals are and whether its noughts have dots. A small network that sees
all glyphs of the word beside each other tells that better. In such names, in typefaces that neither
was trained on, the reader takes .16 of the noughts and `O`s for the other, both together .06.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import cv2
import numpy as np

from service.lookalikes import is_told_by_shape
from service.records import Alternative

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from service.records import Pixels, Symbol
    from service.saved_model import SavedModel

    Floats = NDArray[np.float32]
    # For each place a judged character's chance, as a logarithm.
    Shapes = Mapping[int, Mapping[str, float]]

INPUT: Final = "glyphs"
OUTPUT: Final = "log_probs"
_PAPER = 255
# How much the reader's doubt counts beside the shapes, fitted on generated strips: it is surer of
# its typefaces than it should be.
_OF_READER = 0.4
_OF_SHAPES = 0.6


class GlyphSize(NamedTuple):
    """How many glyphs are judged beside each other, and the size of their windows in pixels."""

    glyphs: int
    height: int
    width: int


class GlyphNetwork(Protocol):
    """A network that judges glyphs; may be called from several threads at once."""

    @property
    def size(self) -> GlyphSize:
        """What it takes."""
        ...

    def judge(self, glyphs: Pixels) -> Floats:
        """Return log-probabilities [glyphs, twins] of glyphs uint8 [glyphs, height, width].

        Windows without ink are none. Raises `ModelRunError`.
        """
        ...


class GraphGlyphNetwork:
    """A network in a SavedModel.

    `serving_default` takes `glyphs` uint8 [n, glyphs, height, width] and returns `log_probs`
    float32 [n, glyphs, twins].
    """

    def __init__(self, model: SavedModel) -> None:
        """Take the model of `INPUT` and `OUTPUT`."""
        self._model = model
        _, *sides = model.describe().inputs[INPUT].shape
        self.size = GlyphSize(*(int(side or 0) for side in sides))

    def judge(self, glyphs: Pixels) -> Floats:
        """Return log-probabilities; raises `ModelRunError`."""
        answer: Floats = self._model.run({INPUT: glyphs[np.newaxis]})[OUTPUT][0]
        return answer


class Doubt(NamedTuple):
    """Characters from `start` on that may be their twins: texts as long as each other, by chance.

    The first is what was read.
    """

    start: int
    readings: dict[str, float]


class TwinJudge:
    """Settles which twin was read, where nothing but its shape tells."""

    def __init__(self, network: GlyphNetwork, twins: Sequence[str]) -> None:
        """Take the network and the characters that it judges, in the order of its answer."""
        self._network = network
        self._twins = tuple(twins)

    def settle(self, pixels: Pixels, symbols: Sequence[Symbol]) -> tuple[Symbol, ...]:
        """Return `symbols`, read in a strip uint8 [H, W], with their twins judged by shape.

        Raises `ModelRunError`.
        """
        settled = list(symbols)
        for start, stop in _find_words(symbols):
            doubts = list(_find_doubts(symbols[start:stop]))
            if not doubts:
                continue
            shapes = self._judge(pixels, symbols[start:stop], doubts)
            for doubt in doubts:
                place = start + doubt.start
                span = len(next(iter(doubt.readings)))
                settled[place : place + span] = _weigh(settled[place : place + span], doubt, shapes)
        return tuple(settled)

    def _judge(self, pixels: Pixels, word: Sequence[Symbol], doubts: Sequence[Doubt]) -> Shapes:
        """Return what the shapes say of the places in doubt."""
        size = self._network.size
        in_doubt = {place for doubt in doubts for place in _list_places(doubt)}
        # Of a very long word some glyphs are left out, none that is in doubt.
        places = sorted(range(len(word)), key=lambda place: place not in in_doubt)[: size.glyphs]
        centres = [(word[place].left + word[place].right) / 2 for place in places]
        log_probs = self._network.judge(cut_glyphs(pixels, centres, size))
        return {
            place: dict(zip(self._twins, row.tolist(), strict=True))
            for place, row in zip(places, log_probs[: len(places)], strict=True)
            if place in in_doubt
        }


def cut_glyphs(pixels: Pixels, centres: Sequence[float], size: GlyphSize) -> Pixels:
    """Return windows uint8 [glyphs, height, width] round the columns `centres` of a strip [H, W].

    Those that no column is given for are blank.
    """
    scale = size.height / pixels.shape[0]
    if scale != 1.0:
        pixels = np.asarray(
            cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    padded = np.pad(pixels, ((0, 0), (size.width, size.width)), constant_values=_PAPER)
    glyphs = np.full(size, _PAPER, np.uint8)
    for glyph, centre in zip(glyphs, centres, strict=False):
        left = round(centre * scale + size.width / 2)
        left = min(max(left, 0), padded.shape[1] - size.width)
        glyph[:] = padded[: size.height, left : left + size.width]
    return glyphs


def _find_words(symbols: Sequence[Symbol]) -> Iterator[tuple[int, int]]:
    """Yield where words start and stop (outside)."""
    start = 0
    for stop, symbol in enumerate(symbols):
        if symbol.text.isspace():
            yield start, stop
            start = stop + 1
    yield start, len(symbols)


def _find_doubts(word: Sequence[Symbol]) -> Iterator[Doubt]:
    """Yield what in a word may be something else by its shape alone."""
    text = "".join(symbol.text for symbol in word)
    for start, symbol in enumerate(word):
        if not symbol.alternatives:
            continue
        span = symbol.alternatives[0].span
        read = text[start : start + span]
        twins = {
            other.text: other.confidence
            for other in symbol.alternatives
            if len(other.text) == span
            and is_told_by_shape(text, text[:start] + other.text + text[start + span :])
        }
        if twins:
            yield Doubt(start, {read: symbol.confidence**span, **twins})


def _list_places(doubt: Doubt) -> Iterator[int]:
    """Yield the places in the word where the readings of a doubt differ."""
    for offset, letters in enumerate(zip(*doubt.readings, strict=True)):
        if len(set(letters)) > 1:
            yield doubt.start + offset


def _weigh(symbols: Sequence[Symbol], doubt: Doubt, shapes: Shapes) -> Iterator[Symbol]:
    """Yield the symbols of a doubt as the likeliest reading has them; the others are alternatives.

    Together its readings stay as likely as they were.
    """
    places = list(_list_places(doubt))
    weights = {
        text: chance**_OF_READER
        * math.exp(_OF_SHAPES * sum(shapes[place][text[place - doubt.start]] for place in places))
        for text, chance in doubt.readings.items()
    }
    share = sum(doubt.readings.values()) / sum(weights.values())
    chances = {text: weight * share for text, weight in weights.items()}
    best = max(chances, key=lambda text: chances[text])
    span = len(best)
    others = [
        *(other for other in symbols[0].alternatives if other.text not in chances),
        *(Alternative(text, chance, span) for text, chance in chances.items() if text != best),
    ]
    others.sort(key=lambda other: -other.confidence)
    confidence = min(1.0, chances[best] ** (1 / span))
    for offset, (symbol, letter) in enumerate(zip(symbols, best, strict=True)):
        kept = () if offset else tuple(others)
        yield symbol._replace(text=letter, confidence=confidence, alternatives=kept)
