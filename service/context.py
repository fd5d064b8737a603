"""Context: the text around the end of a link and the word below it, to compare their looks with.

Whether that word is a part of the link is told by which of the two it is set as.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from service.likeness import SURE_SYMBOL, Print
from service.url_end import first_word
from service.wrap import drop_bars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.expand import Expander, Line
    from service.link import Piece
    from service.reader import Reader
    from service.records import Symbol, TextLine

_MOST_SYMBOLS: Final = 24
_LEAST_LETTERS: Final = 3
# In heights of a strip: no word space is wider.
_COLUMN_GAP_RATIO: Final = 1.0
_BARS: Final = frozenset("|[]\\¦")


class ContextFinder:
    """Finds the text that is nearest to a link's end and to the first word of the line below."""

    def __init__(self, expander: Expander, reader: Reader) -> None:
        """Cut strips out with the one, and read them with the other."""
        self._expander = expander
        self._reader = reader

    def find(self, last: Piece, start: Symbol, below: Line, words: TextLine) -> Print | None:
        """Return some text of the same column, None where there is none.

        The link's `last` line begins with the symbol `start`; `words` were read off the line
        `below`. What follows the first of them on its line tells most, then what stands before the
        link, and what stands below the word.

        Raises:
            RecognizeError: the recognizer failed or took too long.

        """
        found = (
            _print_sure(self._expander, *one)
            for one in self._look_around(last, start, below, words)
        )
        return next((one for one in found if one is not None), None)

    def read_on(self, line: Line, words: TextLine) -> tuple[Line, TextLine]:
        """Return a line and its `words` with some more behind the gap that ends it, if any."""
        further = self._expander.expand_past(line)
        more = further and self._reader.read_once(further.strip, drop_bars)
        return (further, more) if further and more and more.symbols else (line, words)

    def _look_around(
        self, last: Piece, start: Symbol, below: Line, words: TextLine
    ) -> Iterator[tuple[Line, Sequence[Symbol]]]:
        yield _behind_first_word(below, words)
        if below.next_ink is not None:
            yield _behind_first_word(*self.read_on(below, words))
        if last.first == 0:
            before = self._expander.expand_before(last.line, last.line.locate(start.left))
            yield before, _in_same_column(before, self._read(before))
        if (under := self._expander.find_below(below)) is not None:
            yield under, self._read(under)

    def _read(self, line: Line) -> Sequence[Symbol]:
        read = self._reader.read_once(line.strip, lambda text: text)
        return read.symbols if read is not None else ()


def _behind_first_word(line: Line, words: TextLine) -> tuple[Line, Sequence[Symbol]]:
    word = first_word(words, line_height=line.strip.pixels.shape[0])
    return line, words.symbols[len(word) :]


def _in_same_column(line: Line, symbols: Sequence[Symbol]) -> Sequence[Symbol]:
    """Return `symbols` if the last of them is a word space and no rule from the line's end."""
    printed = [symbol for symbol in symbols if symbol.text != " "]
    rows, columns = line.strip.pixels.shape
    is_near = bool(printed) and columns - printed[-1].right < _COLUMN_GAP_RATIO * rows
    return symbols if is_near and printed[-1].text not in _BARS else ()


def _print_sure(expander: Expander, line: Line, symbols: Sequence[Symbol]) -> Print | None:
    # What is no print is read as letters that nobody is sure of.
    sure = [symbol for symbol in symbols if symbol.confidence >= SURE_SYMBOL][:_MOST_SYMBOLS]
    if sum(symbol.text.isalnum() for symbol in sure) < _LEAST_LETTERS:
        return None
    return Print(line.strip.pixels, expander.sample(line), sure)
