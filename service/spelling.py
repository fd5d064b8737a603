"""Spellings: the texts that a line may hold by what its reader says each character may be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from service.records import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from service.records import Alternative

    Edits = tuple[tuple[int, Alternative], ...]

_MOST_SPELLINGS = 6
_LEAST_CHANCE = 0.01


class Spelling(NamedTuple):
    """The symbols of a line, and how likely they are beside those that were read, which have 1.

    `edits` is what they have elsewhere than what was read, by place.
    """

    symbols: tuple[Symbol, ...]
    chance: float
    edits: Edits = ()


def list_spellings(
    symbols: Sequence[Symbol], places: range, *, parts_words: bool = False
) -> list[Spelling]:
    """Return the likeliest spellings of a line, what was read among them, the likeliest first.

    Only characters at `places` are taken for anything else than what was read. Spaces count among
    the characters that an alternative stands for if the reader `parts_words`: it read them itself.
    """
    ranked: list[tuple[Edits, float]] = [((), 1.0)]
    for place in places:
        if place >= len(symbols) or not symbols[place].alternatives:
            continue
        ranked += [
            ((*edits, (place, other)), chance * ratio)
            for edits, chance in ranked
            for other in symbols[place].alternatives
            if chance * (ratio := _ratio(symbols[place], other)) >= _LEAST_CHANCE
        ]
        ranked = sorted(ranked, key=lambda entry: -entry[1])[:_MOST_SPELLINGS]
    find_end = _end_of_symbols if parts_words else _end_of_inked
    return [Spelling(_apply(symbols, edits, find_end), chance, edits) for edits, chance in ranked]


def settle_doubts(
    symbols: Sequence[Symbol],
    best: Spelling,
    others: Iterable[tuple[Spelling, float | None]],
    *,
    parts_words: bool = False,
) -> tuple[Symbol, ...]:
    """Return the symbols of `best`, a spelling of `symbols`, as sure as its `others` leave them.

    Each of them comes with how likely what it means is beside what `best` means, 0..1 before
    anything was read, and with None where it means the same.
    """
    settled, edits = list(symbols), dict(best.edits)
    find_end = _end_of_symbols if parts_words else _end_of_inked
    for place, doubt in _weigh_others(best, others).items():
        span = symbols[place].alternatives[0].span
        chosen = edits.get(place)
        sure = doubt.settle(chosen.confidence if chosen else symbols[place].confidence ** span)
        if chosen:
            edits[place] = chosen._replace(confidence=sure)
            continue
        end = find_end(symbols, place, span)
        settled[place:end] = [_as_sure(one, sure ** (1 / span)) for one in symbols[place:end]]
    return _apply(settled, tuple(edits.items()), find_end)


@dataclass(slots=True)
class _Doubt:
    """What else one place may have, beside what the best spelling has there, which has 1.

    `same` comes to the same in the end, `ruled_out` is so much of the rest as can hardly be meant.
    """

    same: float = 0.0
    ruled_out: float = 0.0

    def settle(self, chance: float) -> float:
        """Return how sure a place is that was read with that chance."""
        return min(1.0, chance * (1 + self.same) / max(_LEAST_CHANCE, 1 - chance * self.ruled_out))


def _weigh_others(
    best: Spelling, others: Iterable[tuple[Spelling, float | None]]
) -> Mapping[int, _Doubt]:
    """Return the doubts about each place: by those `others` that differ from `best` only there."""
    doubts: dict[int, _Doubt] = defaultdict(_Doubt)
    for other, likelihood in others:
        places = {place for place, _ in set(best.edits) ^ set(other.edits)}
        if len(places) != 1:
            continue
        doubt, ratio = doubts[places.pop()], other.chance / best.chance
        if likelihood is None:
            doubt.same += ratio
        else:
            doubt.ruled_out += ratio * (1 - likelihood)
    return doubts


def _as_sure(symbol: Symbol, confidence: float) -> Symbol:
    """Return the symbol with that confidence; a space keeps its own, as it is no character."""
    return symbol if symbol.text == " " else symbol._replace(confidence=confidence)


def _ratio(symbol: Symbol, other: Alternative) -> float:
    read = symbol.confidence**other.span
    return float(other.confidence / max(read, 1e-9))


def _apply(
    symbols: Sequence[Symbol], edits: Edits, find_end: Callable[[Sequence[Symbol], int, int], int]
) -> tuple[Symbol, ...]:
    edited = list(symbols)
    for place, other in sorted(edits, key=lambda edit: -edit[0]):
        end = find_end(symbols, place, other.span)
        edited[place:end] = _spell(other, symbols[place].left, symbols[end - 1].right)
    return tuple(edited)


def _end_of_symbols(symbols: Sequence[Symbol], place: int, span: int) -> int:
    """Return the place behind `span` symbols from `place` on."""
    return min(place + span, len(symbols))


def _end_of_inked(symbols: Sequence[Symbol], place: int, span: int) -> int:
    """Return the place behind `span` characters from `place` on, spaces between them included."""
    inked = [at for at in range(place, len(symbols)) if symbols[at].text != " "]
    return inked[min(span, len(inked)) - 1] + 1 if inked else len(symbols)


def _spell(other: Alternative, left: float, right: float) -> list[Symbol]:
    width = (right - left) / max(1, len(other.text))
    share = other.confidence ** (1 / max(1, len(other.text)))
    blank = Symbol("", share, left, left + width)
    return [
        blank._replace(text=one, left=left + count * width, right=left + (count + 1) * width)
        for count, one in enumerate(other.text)
    ]
