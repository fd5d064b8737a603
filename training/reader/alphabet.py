"""The characters that the reader knows, and their classes; class 0 is CTC's blank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

BLANK = 0
# Every printable ASCII character. A URL has no space, but the first one behind it is its end.
INKED = "".join(chr(code) for code in range(33, 127))
SPACE = " "
CHARACTERS = INKED + SPACE
LABEL_MAP: dict[int, str] = dict(enumerate(CHARACTERS, start=1))
CLASSES = 1 + len(CHARACTERS)

_CLASS_OF = {character: number for number, character in LABEL_MAP.items()}


def encode_text(text: str) -> NDArray[np.int32]:
    """Return the classes of `text`, int32 [characters]; raises KeyError for unknown ones."""
    return np.array([_CLASS_OF[character] for character in text], np.int32)


def decode_path(classes: Iterable[int]) -> str:
    """Return the text of a path, one class a time step: repeats count once, blanks part repeats."""
    text, last = [], BLANK
    for number in classes:
        if number not in (BLANK, last):
            text.append(LABEL_MAP[int(number)])
        last = number
    return "".join(text)


def steps_needed(classes: NDArray[np.int32]) -> int:
    """Return the fewest time steps in which CTC can say `classes`: twins need a blank between."""
    return len(classes) + int((classes[1:] == classes[:-1]).sum())
