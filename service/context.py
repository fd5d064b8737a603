"""Context: the text around the end of a link and the word below it, to compare their looks with.

Whether that word is a part of the link is told by which of the two it is set as.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from service.likeness import SURE_SYMBOL, Print

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.expand import Expander, Line
    from service.link import Piece
    from service.reader import Reader
    from service.records import Symbol, TextLine

_MOST_SYMBOLS: Final = 24
_LEAST_LETTERS: Final = 3


class ContextFinder:
    """Finds the text that is nearest to a link's end and to the first word of the line below."""

    def __init__(self, expander: Expander, reader: Reader) -> None:
        """Cut strips out with the one, and read them with the other."""
        self._expander = expander
        self._reader = reader

    def find(
        self, last: Piece, start: Symbol, below: Line, words: TextLine, *, end: float
    ) -> Print | None:
        """Return some text of the same column, None where there is none.

        The link's `last` line begins with the symbol `start`; `words` were read off the line
        `below`, whose first word ends at the column `end`. What follows that on its line tells
        most, then what stands before the link, and what stands below the word.

        Raises:
            RecognizeError: the recognizer failed or took too long.

        """
        behind = [symbol for symbol in words.symbols if symbol.left >= end]
        found = (
            _print_sure(self._expander, *one)
            for one in self._look_around(last, start, below, behind, end)
        )
        return next((one for one in found if one is not None), None)

    def _look_around(
        self, last: Piece, start: Symbol, below: Line, behind: list[Symbol], end: float
    ) -> Iterator[tuple[Line, Iterable[Symbol]]]:
        yield below, behind
        if (further := self._expander.expand_past(below)) is not None:
            along = below.locate(end)
            symbols = self._read(further)
            yield further, [one for one in symbols if further.locate(one.left) > along]
        if last.first == 0:
            before = self._expander.expand_before(last.line, last.line.locate(start.left))
            yield before, self._read(before)
        if (under := self._expander.find_below(below)) is not None:
            yield under, self._read(under)

    def _read(self, line: Line) -> Iterable[Symbol]:
        read = self._reader.read_once(line.strip, lambda text: text)
        return read.symbols if read is not None else ()


def _print_sure(expander: Expander, line: Line, symbols: Iterable[Symbol]) -> Print | None:
    # What is no print is read as letters that nobody is sure of.
    sure = [symbol for symbol in symbols if symbol.confidence >= SURE_SYMBOL][:_MOST_SYMBOLS]
    if sum(symbol.text.isalnum() for symbol in sure) < _LEAST_LETTERS:
        return None
    return Print(line.strip.pixels, expander.sample(line), sure)
