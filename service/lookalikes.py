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


def is_lookalike(one: str, other: str) -> bool:
    """Tell whether a reader may well have taken `one` for `other`."""
    return one.lower() == other.lower() or any(
        one in shape and other in shape for shape in SAME_SHAPE
    )
