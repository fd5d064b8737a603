"""The vote: several readings of one strip, and the one that is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from service.confidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Ballot(Protocol):
    """A reading that can be compared: equal meanings are the same vote."""

    @property
    def meaning(self) -> str:
        """What was understood, written in one way."""
        ...

    @property
    def confidence(self) -> float:
        """How sure the reader was, 0..1."""
        ...

    def rated(self, confidence: float) -> Self:
        """Return the same reading with another confidence."""
        ...

    def chance_of(self, meaning: str) -> float:
        """Return how likely that was meant beside what was understood, 0 where nothing tells."""
        ...

    def ends_before(self, meaning: str) -> bool:
        """Tell whether `meaning` is what was understood, and the next word as well."""
        ...


T = TypeVar("T", bound=Ballot)


def elect(
    readings: Iterable[T | None], *, is_sure: Callable[[T], bool], most_empty: int = 2
) -> tuple[T, Evidence] | None:
    """Take readings until two agree, or the first is sure, and return the surer one of these.

    None, where nothing was understood, is elected by `most_empty` votes. Without an agreement the
    surest reading is returned. What comes with it says how it was elected.
    """
    votes: dict[str | None, list[T | None]] = {}
    for reading in readings:
        if not votes and reading is not None and is_sure(reading):
            return reading, Evidence.ONE_READING
        same = votes.setdefault(reading.meaning if reading else None, [])
        same.append(reading)
        if len(same) == (most_empty if reading is None else 2):
            return _with(_surest(same), Evidence.TWO_READINGS)
    best = _surest([reading for same in votes.values() for reading in same])
    return _with(best, Evidence.ONE_READING if len(votes) == 1 else Evidence.SPLIT_READINGS)


def _with(reading: T | None, evidence: Evidence) -> tuple[T, Evidence] | None:
    return None if reading is None else (reading, evidence)


def _surest(readings: list[T | None]) -> T | None:
    found = [reading for reading in readings if reading is not None]
    return max(found, key=lambda reading: reading.confidence, default=None)
