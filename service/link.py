"""A link as it is given: its URL, the printed lines it stands on, and what it may be instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from service.records import Box, Link, LinkLine, OtherUrl
from service.url_end import text_of

if TYPE_CHECKING:
    from service.expand import Line
    from service.records import Prefix, Symbol
    from service.url import Reading

# Tesseract places symbols a little narrow; of the line's height.
_SYMBOL_SLACK = 0.2
_OTHER_READING: Final = "other reading"
_ONE_LINE: Final = "one line"


class Piece(NamedTuple):
    """One printed line of a link, and the place of its first symbol in the reading."""

    line: Line
    first: int


class End(NamedTuple):
    """How likely a link does not go on behind its last line.

    `is_seen` says that the frame shows what follows: the next line's start, or something else in
    the same line.
    """

    trust: float = 1.0
    is_seen: bool = True


def make_link(
    prefix: Prefix,
    reading: Reading,
    pieces: list[Piece],
    *,
    first: Reading,
    end: End,
) -> Link:
    """Return the link that was read off `pieces`, the reading of its first line being `first`."""
    ends = [piece.first for piece in pieces[1:]] + [len(reading.symbols)]
    printed = tuple(
        _print_line(piece.line, reading.symbols[piece.first : end])
        for piece, end in zip(pieces, ends, strict=True)
    )
    return Link(
        url=reading.text,
        raw=reading.raw,
        scheme=reading.scheme,
        confidence=reading.confidence * end.trust,
        box=Box.around(tuple(point for line in printed for point in line.polygon)),
        polygon=printed[0].polygon,
        lines=printed,
        prefix=prefix,
        host=reading.host,
        repairs=reading.repairs,
        alternatives=_rank_others(reading, first if pieces[1:] else None),
        trust=end.trust * reading.host_trust,
        is_end_seen=end.is_seen,
    )


def _rank_others(reading: Reading, one_line: Reading | None) -> tuple[OtherUrl, ...]:
    """Return what the link may be instead: other readings, and its first line if it has more."""
    doubt = 1.0 - reading.confidence
    whole = 1.0 + sum(chance for _, chance in reading.others)
    others = [
        OtherUrl(text, min(chance / whole, doubt), _OTHER_READING)
        for text, chance in reading.others
    ]
    if one_line is not None:
        others.append(OtherUrl(one_line.text, min(one_line.confidence, doubt), _ONE_LINE))
    return tuple(sorted(others, key=lambda other: -other.confidence))


def _print_line(line: Line, symbols: tuple[Symbol, ...]) -> LinkLine:
    height, width = line.strip.pixels.shape
    margin = _SYMBOL_SLACK * height
    left, right = symbols[0].left - margin, symbols[-1].right + margin
    return LinkLine(line.outline(max(0.0, left), min(float(width), right)), text_of(symbols))
