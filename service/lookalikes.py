"""Look-alikes: what a reader writes for the characters of a URL, and what was printed."""

from __future__ import annotations

import re
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

_WORD = re.compile(r"[A-Za-z0-9]{4,}")
# A nought or a one for a letter in a word of one case; and so a small letter among capitals.
_DIGIT_IN_WORD = re.compile(r"(?<=[A-Z])[01](?=[A-Z])|(?<=[a-z])[01](?=[a-z])|^0(?=[A-Za-z]{4})")
_SMALL_IN_CAPITALS = re.compile(r"(?<=[A-Z])[ckopsuvwxz](?=[A-Z])")
_TWINS: Final = str.maketrans({"O": "0", "I": "1", "l": "1"})
_NAME = re.compile(r"[A-Za-z0-9]+")
_LETTERS_AND_NUMBER = re.compile(r"[A-Za-z]*[0-9]*")
_WORD_AND_NUMBER = re.compile(r"(?:[a-z]+|[A-Z][a-z]*|[A-Z]+)?[0-9]*")
_PAIRS: Final = frozenset((one, other) for shape in SAME_SHAPE for one in shape for other in shape)


def count_odd_words(text: str) -> int:
    """Return how many words of `text` have what hardly is in one but looks like what is.

    `D0WNL0AD` and `DOwNLOAD` are two such; names that are letters and digits at random are none.
    """
    return sum(map(_is_odd, _WORD.findall(text)))


def _is_odd(word: str) -> bool:
    for pattern in (_DIGIT_IN_WORD, _SMALL_IN_CAPITALS):
        rest, count = pattern.subn("", word)
        if count and rest.isalpha() and (rest.isupper() or rest[1:].islower()):
            return True
    return False


def count_odd_twins(text: str) -> int:
    """Return in how many letters names at random are of one case, but for an `O`, `I` or `l`.

    Hexadecimal numbers and many codes are of one case throughout, and a nought or a one is what
    stands there then. In `aOf3b10c` four other letters say so; names with both cases say nothing.
    """
    return sum(map(_count_letters_against, _NAME.findall(text)))


def _count_letters_against(name: str) -> int:
    if _LETTERS_AND_NUMBER.fullmatch(name):
        return 0
    letters = "".join(one for one in name if one.isalpha() and one not in "OIl")
    odd = "OI" if letters.islower() else "l" if letters.isupper() else ""
    return len(letters) if any(one in odd for one in name) else 0


def is_lookalike(one: str, other: str) -> bool:
    """Tell whether a reader may well have taken `one` for `other`."""
    return (one, other) in _PAIRS or one.lower() == other.lower()


def is_ambiguous(text: str, other: str) -> bool:
    """Tell whether `other` may well be what was read as `text`, and no more frames will tell.

    Only its shape tells a nought from an `O` or a one from an `l` in a name of letters and digits
    at random, but words and numbers tell by themselves; and a point is lost, but hardly made up.
    """
    if text.translate(_TWINS) != other.translate(_TWINS):
        return _lacks_point(text, other)
    pairs = ((name[0], other[slice(*name.span())]) for name in _NAME.finditer(text))
    return any(
        not _WORD_AND_NUMBER.fullmatch(name) or _are_words(name, twin)
        for name, twin in pairs
        if name != twin
    )


def is_told_by_shape(text: str, other: str) -> bool:
    """Tell whether nothing but the shape of twins tells `text` from `other`, a text as long.

    It does so in names of letters and digits at random, and at the beginning of words; in other
    words and in numbers sense tells more.
    """
    if text == other or text.translate(_TWINS) != other.translate(_TWINS):
        return False
    pairs = ((name[0], other[slice(*name.span())]) for name in _NAME.finditer(text))
    return all(
        not any(map(_WORD_AND_NUMBER.fullmatch, (name, twin))) or _are_words(name, twin)
        for name, twin in pairs
        if name != twin
    )


def _are_words(name: str, twin: str) -> bool:
    """Tell whether both of two twins may be words: `Ishift` and `lshift`."""
    differing = {letters for letters in zip(name, twin, strict=True) if letters[0] != letters[1]}
    is_case = differing <= {("I", "l"), ("l", "I")}
    return is_case and all(map(_WORD_AND_NUMBER.fullmatch, (name, twin)))


def _lacks_point(text: str, other: str) -> bool:
    """Tell whether `text` is `other` without one of its points."""
    points = (place for place, mark in enumerate(other) if mark == ".")
    return any(other[:place] + other[place + 1 :] == text for place in points)
