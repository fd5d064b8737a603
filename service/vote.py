"""The vote: several readings of one strip, and the one that is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONE_TRUST = 0.5


class Ballot(Protocol):
    """A reading that can be compared: equal texts are the same vote."""

    @property
    def text(self) -> str:
        """What was understood."""
        ...

    @property
    def confidence(self) -> float:
        """How sure the reader was, 0..1."""
        ...

    def trusted(self, share: float) -> Self:
        """Return the same reading with its confidence multiplied by `share`."""
        ...


T = TypeVar("T", bound=Ballot)


def elect(
    readings: Iterable[T | None], *, most_empty: int = 2, sure_confidence: float = 1.0
) -> T | None:
    """Take readings until two agree, or the first is sure, and return the surer one of these.

    None, where nothing was understood, is elected by `most_empty` votes. Without an agreement the
    surest reading is returned; as no other one bears it out, its confidence is lowered.
    """
    votes: dict[str | None, list[T | None]] = {}
    for reading in readings:
        if not votes and reading is not None and reading.confidence >= sure_confidence:
            return reading
        same = votes.setdefault(reading.text if reading else None, [])
        same.append(reading)
        if len(same) == (most_empty if reading is None else 2):
            return _surest(same)
    best = _surest([reading for same in votes.values() for reading in same])
    return best if best is None or len(votes) == 1 else best.trusted(_LONE_TRUST)


def _surest(readings: list[T | None]) -> T | None:
    found = [reading for reading in readings if reading is not None]
    return max(found, key=lambda reading: reading.confidence, default=None)
