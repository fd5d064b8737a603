"""Reads a strip in one treatment after the other until one is sure or two agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from service.gaps import find_gaps, fit_symbols
from service.treatments import TREATMENTS, rescale, treat
from service.vote import elect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.recognize import Recognizer
    from service.records import Strip, TextLine
    from service.vote import Ballot

T = TypeVar("T", bound="Ballot")


class Reader:
    """Gives a strip to a recognizer as often as it takes to be sure."""

    def __init__(
        self, recognizer: Recognizer, *, max_readings: int, sure_confidence: float
    ) -> None:
        """Take the recognizer, the most readings of one strip, and when the first one will do."""
        self._recognizer = recognizer
        self._max_readings = max_readings
        self._sure_confidence = sure_confidence

    def read(
        self,
        strip: Strip,
        understand: Callable[[TextLine], T | None],
        *,
        most_empty: int = 2,
    ) -> T | None:
        """Return what most readings of `strip` come to when `understand` has made sense of them.

        It gives up when `most_empty` readings made no sense.

        Raises:
            RecognizeError: the recognizer failed or took too long.

        """
        readings = (understand(line) for line in self._lines(strip))
        return elect(readings, most_empty=most_empty, sure_confidence=self._sure_confidence)

    def _lines(self, strip: Strip) -> Iterator[TextLine]:
        gaps = find_gaps(strip.pixels)
        for treatment in TREATMENTS[: self._max_readings]:
            treated = treat(strip, treatment)
            line = self._recognizer.read(treated)
            factor = strip.pixels.shape[1] / treated.pixels.shape[1]
            yield fit_symbols(rescale(line, factor), gaps)
