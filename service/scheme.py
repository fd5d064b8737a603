"""The scheme of a link: where it ends in what was read, and what it is."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from service.lookalikes import is_lookalike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.records import Symbol, TextLine

PRINTED: Final = {
    "https": "https://",
    "http": "http://",
    "ftp": "ftp://",
    "tcp": "tcp://",
    "www": "www.",
}
"""What stands in print for each label of the detector."""

_MAX_JUNK = 2
_MAX_EXTRA = 4
_MAX_COST_RATIO = 0.45
_OTHER_LABEL_COST = 1.0
_WHOLE: Final = ("http", "tcp", "www")
# What lies further right in a line is no part of any scheme.
_MOST_READ = _MAX_JUNK + max(map(len, PRINTED.values())) + _MAX_EXTRA
_KEPT_STARTS = 64
_BEHIND_SCHEME = re.compile(r"/\W*w?$", re.IGNORECASE)
# A host's name, such as `ftp.example.org`, where the scheme's stands in the line above.
_HOST_NAME = re.compile(r"(https?|ftp|tcp)\.[^\W_]")


class Anchor(NamedTuple):
    """The scheme's label and the places in the symbols where it starts and where it is over."""

    label: str
    start: int
    end: int


def find_scheme(symbols: Sequence[Symbol], label: str) -> Anchor | None:
    """Return the scheme at the start of `symbols` (no spaces among them), None if there is none.

    A scheme that was read to the letter stands, whatever the detector's `label` says; a damaged
    one is the nearest, with a bias to `label`.
    """
    text = "".join(symbol.text[0] for symbol in symbols).lower()
    return _find_exact(text) or _find_nearest(text[:_MOST_READ], label)


def has_whole_scheme(raw: str) -> bool:
    """Tell whether what was read has a whole scheme, though it may start outside the frame.

    `ttp://` looks like `ftp://`, and whatever is before that may be cut.
    """
    return raw.lower().startswith(_WHOLE)


def is_host_name(raw: str) -> bool:
    """Tell whether what was read begins with its host, as it does behind a scheme, too."""
    return raw.lower().startswith("www")


def is_behind_scheme(before: str) -> bool:
    """Tell whether a host follows a scheme; `before` was read up to its first letter."""
    return _BEHIND_SCHEME.search(before) is not None


def read_scheme(line: TextLine, label: str) -> Anchor | None:
    """Return the scheme that `line` starts with, None if there is none."""
    return find_scheme([symbol for symbol in line.symbols if symbol.text != " "], label)


def _find_exact(text: str) -> Anchor | None:
    for start in range(_MAX_JUNK + 1):
        for name, printed in PRINTED.items():
            if text[start:].startswith(printed) and not text[:start].isalnum():
                return Anchor(name, start, start + len(printed))
    return None


# A line's spellings differ behind its scheme, if at all.
@lru_cache(_KEPT_STARTS)
def _find_nearest(text: str, label: str) -> Anchor | None:
    start = next((place for place, one in enumerate(text[:_MAX_JUNK]) if one.isalnum()), 0)
    if _HOST_NAME.match(text, start):
        return None
    best, anchor = math.inf, None
    for name, printed in PRINTED.items():
        costs = _costs(text[start : start + len(printed) + _MAX_EXTRA], printed)
        for length, distance in enumerate(costs, start=1):
            cost = distance + (name != label) * _OTHER_LABEL_COST
            if length > 1 and cost < min(best, _MAX_COST_RATIO * len(printed)):
                best, anchor = cost, Anchor(name, start, start + length)
    return anchor


def _costs(read: str, printed: str) -> Iterator[float]:
    """Yield the edit distance to `printed` of what was read up to each of its characters.

    A look-alike costs a third.
    """
    row = [float(place) for place in range(len(printed) + 1)]
    for count, one in enumerate(read, start=1):
        above, row = row, [float(count)]
        for place, other in enumerate(printed, start=1):
            change = 0.0 if one == other else 0.34 if is_lookalike(one, other) else 1.0
            row.append(min(above[place - 1] + change, above[place] + 1.0, row[place - 1] + 1.0))
        yield row[-1]
