"""Readers: one or two recognizers, asked about a strip until what stands in it is sure enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from service.confidence import Evidence, rate_reading
from service.footnote import raise_digits
from service.gaps import find_gaps, fit_symbols, put_spaces
from service.lookalikes import is_told_by_shape
from service.treatments import QUICKEST, TREATMENTS, rescale, treat
from service.vote import elect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.recognize import Recognizer
    from service.records import Strip, TextLine
    from service.treatments import Treatment
    from service.vote import Ballot

    RateReading = Callable[[Evidence, float], float]

# From this chance on, beside its first choice, the network's second one is right where Tesseract
# reads it: 14 of 22 were, its first choice 7 times.
_LEAST_SECOND = 0.3

# Where Tesseract does not see the space behind a link, but the same link: 12 of 13 ended there.
_SPACE_TRUST = 0.92

T = TypeVar("T", bound="Ballot")
U = TypeVar("U")


class Reader(Protocol):
    """Reads strips for a purpose; may be called from several threads at once."""

    def read(
        self, strip: Strip, understand: Callable[[TextLine], T | None], *, most_empty: int = 2
    ) -> T | None:
        """Return what `strip` comes to when `understand` has made sense of it, None if nothing.

        Its confidence is the chance that it is right. A reader that reads more than once gives up
        when `most_empty` readings made no sense.

        Raises:
            RecognizeError: the recognizer failed or took too long.

        """
        ...

    def read_once(self, strip: Strip, understand: Callable[[TextLine], U | None]) -> U | None:
        """Return what one reading comes to, by the cheapest way there is; raises as `read`."""
        ...


class VotingReader:
    """Gives a strip to Tesseract in one treatment after the other until it is sure or two agree."""

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        max_readings: int,
        sure_confidence: float,
        rate: RateReading = rate_reading,
    ) -> None:
        """Take the recognizer, the most readings of one strip, and when the first one will do."""
        self._recognizer = recognizer
        self._max_readings = max_readings
        self._sure_confidence = sure_confidence
        self._rate = rate

    def read(
        self, strip: Strip, understand: Callable[[TextLine], T | None], *, most_empty: int = 2
    ) -> T | None:
        """Return what most readings of `strip` come to."""
        readings = (understand(line) for line in self._lines(strip))
        elected = elect(readings, most_empty=most_empty, is_sure=self._is_sure)
        return elected and _rated(*elected, self._rate)

    def read_once(self, strip: Strip, understand: Callable[[TextLine], U | None]) -> U | None:
        """Return what one reading comes to, its confidence as the recognizer gave it."""
        return understand(self._read(strip, QUICKEST, find_gaps(strip.pixels)))

    def _is_sure(self, reading: Ballot) -> bool:
        rated = _rated(reading, Evidence.ONE_READING, self._rate)
        return rated.confidence >= self._sure_confidence

    def _lines(self, strip: Strip) -> Iterator[TextLine]:
        gaps = find_gaps(strip.pixels)
        for treatment in TREATMENTS[: self._max_readings]:
            yield self._read(strip, treatment, gaps)

    def _read(self, strip: Strip, treatment: Treatment, gaps: list[tuple[int, int]]) -> TextLine:
        treated = treat(strip, treatment)
        line = self._recognizer.read(treated)
        factor = strip.pixels.shape[1] / treated.pixels.shape[1]
        return raise_digits(fit_symbols(rescale(line, factor), gaps), strip.pixels)


class NetworkReader:
    """Gives a strip to the network once.

    Where it has not learnt to tell words apart, wide gaps in the ink become spaces.
    """

    def __init__(self, recognizer: Recognizer, *, rate: RateReading = rate_reading) -> None:
        """Take the recognizer."""
        self._recognizer = recognizer
        self._rate = rate

    def read(
        self,
        strip: Strip,
        understand: Callable[[TextLine], T | None],
        *,
        most_empty: int = 2,  # noqa: ARG002 - reads once
    ) -> T | None:
        """Return what the network's reading comes to."""
        found = self.read_once(strip, understand)
        return found and _rated(found, Evidence.NETWORK, self._rate)

    def read_once(self, strip: Strip, understand: Callable[[TextLine], U | None]) -> U | None:
        """Return what the reading comes to, its confidence as the recognizer gave it."""
        line = fit_symbols(self._recognizer.read(strip), find_gaps(strip.pixels))
        line = raise_digits(line, strip.pixels)
        if not line.parts_words:
            line = put_spaces(line, line_height=strip.pixels.shape[0])
        return understand(line)


class JointReader:
    """Gives a strip to the network and, where that is in doubt, to Tesseract as well.

    Where they differ, the one is believed that was right more often in such a case. What the
    network makes nothing of is left: of 36 such strips Tesseract read one link.
    """

    def __init__(
        self,
        network: NetworkReader,
        tesseract: VotingReader,
        *,
        sure_confidence: float,
        rate: RateReading = rate_reading,
    ) -> None:
        """Take both readers, and when the network's reading will do."""
        self._network = network
        self._tesseract = tesseract
        self._sure_confidence = sure_confidence
        self._rate = rate

    def read(
        self,
        strip: Strip,
        understand: Callable[[TextLine], T | None],
        *,
        most_empty: int = 2,  # noqa: ARG002 - the network's first one is enough
    ) -> T | None:
        """Return what both readings come to."""
        found = self._network.read_once(strip, understand)
        if found is None:
            return None
        alone = _rated(found, Evidence.NETWORK, self._rate)
        if alone.confidence >= self._sure_confidence:
            return alone
        return self._choose(found, self._tesseract.read_once(strip, understand))

    def read_once(self, strip: Strip, understand: Callable[[TextLine], U | None]) -> U | None:
        """Return what the network's reading comes to."""
        return self._network.read_once(strip, understand)

    def _choose(self, network: T, tesseract: T | None) -> T:
        if tesseract is None:
            return _rated(network, Evidence.NETWORK_OPPOSED, self._rate)
        if network.ends_before(tesseract.meaning):
            sureness = self._rate(Evidence.BOTH_READERS, network.confidence)
            return network.rated(_SPACE_TRUST * sureness)
        first, second = compare_readings(network, tesseract)
        ours = _rated(network, first, self._rate)
        if second is None:
            return ours
        return max(ours, _rated(tesseract, second, self._rate), key=lambda one: one.confidence)


def compare_readings(network: Ballot, tesseract: Ballot) -> tuple[Evidence, Evidence | None]:
    """Return what the network's reading is beside Tesseract's, and Tesseract's if it is another.

    In names at random Tesseract's noughts and `O`s are guesses, which neither bear out those of the
    network nor speak against them.
    """
    is_guess = is_told_by_shape(network.meaning, tesseract.meaning)
    if is_guess or network.meaning == tesseract.meaning:
        return Evidence.BOTH_READERS, None
    if network.chance_of(tesseract.meaning) >= _LEAST_SECOND:
        return Evidence.NETWORK_OPPOSED, Evidence.SECOND_CHOICE
    return Evidence.NETWORK_OPPOSED, Evidence.TESSERACT_OPPOSED


def _rated(reading: T, evidence: Evidence, rate: RateReading) -> T:
    return reading.rated(rate(evidence, reading.confidence))
