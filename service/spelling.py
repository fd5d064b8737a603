"""Spellings: the texts that a line may hold by what its reader says each character may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from service.records import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from service.records import Alternative

    Edits = tuple[tuple[int, Alternative], ...]

_MOST_SPELLINGS = 6
_LEAST_CHANCE = 0.01


class Spelling(NamedTuple):
    """The symbols of a line, and how likely they are beside those that were read, which have 1."""

    symbols: tuple[Symbol, ...]
    chance: float


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
    return [Spelling(_apply(symbols, edits, find_end), chance) for edits, chance in ranked]


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
