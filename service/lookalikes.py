"""Look-alikes: what a reader writes for the characters of a URL, and what was printed."""

from __future__ import annotations

from typing import Final

ONE_FOR_ONE: Final = {
    "—": "-",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "∼": "~",
    "˜": "~",
    "⁄": "/",
}
"""Never part of a printed URL; each has one printable meaning there."""

DIGITS: Final = {
    "o": "0",
    "O": "0",
    "Q": "0",
    "l": "1",
    "I": "1",
    "i": "1",
    "|": "1",
    "Z": "2",
    "z": "2",
    "s": "5",
    "S": "5",
    "B": "8",
    "g": "9",
    "q": "9",
}
"""What a reader writes for a digit where nothing but digits can stand."""

SAME_SHAPE: Final = (
    frozenset("li1I|!tjf"),
    frozenset("0oOQ"),
    frozenset("cCeo("),
    frozenset("5sS"),
    frozenset("2zZ"),
    frozenset("8B"),
    frozenset("vVyu"),
    frozenset("wWv"),
    frozenset("pPn"),
    frozenset("hbnkA"),
    frozenset("tTf7"),
    frozenset(":;.,i!"),
    frozenset("/lI1|)Jj7f!"),
    frozenset("mn"),
    frozenset("gq9"),
    frozenset("rn"),
)
"""Characters that Tesseract takes for one another in small or blurred print."""


_PAIRS: Final = frozenset((one, other) for shape in SAME_SHAPE for one in shape for other in shape)


def is_lookalike(one: str, other: str) -> bool:
    """Tell whether a reader may well have taken `one` for `other`."""
    return (one, other) in _PAIRS or one.lower() == other.lower()
