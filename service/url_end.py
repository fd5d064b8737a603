"""The end of a link in a line: brackets, quotes, the next word of prose, closing punctuation."""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from service.prose import PROSE
from service.repair import FILE_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from service.records import Symbol, TextLine

_STOPS: Final = frozenset('"“”„«»‹›<>{}`^⁰¹²³⁴⁵⁶⁷⁸⁹')
_CLOSING: Final = {")": "(", "]": "["}
_TRAILING: Final = frozenset(".,;:!?'’‘*([ ")
_GLUE: Final = frozenset(".-_?&=#~%:@+")
_JOINTS: Final = frozenset("_=&?~%#@+")
_HOST_END = re.compile(r"[/?#:]")
_SENTENCE_END = re.compile(rf"\.({'|'.join(FILE_ENDINGS)})[.:]$")

_SURE_SPACE_CONFIDENCE = 0.9
_SURE_SPACE_RATIO = 0.5
_GLUE_SPACE_RATIO = 0.37
_PROSE_SPACE_RATIO = 0.12
_PROSE_WORDS = 2
_SLASH_SPACE = 1.2
_LEAST_SPACE_RATIO = 0.15
_USUAL_SPACE_RATIO = 0.29


def find_end(
    symbols: Sequence[Symbol],
    *,
    line_height: float,
    is_host: Callable[[str], bool],
    parts_words: bool = False,
) -> int:
    """Return how many of `symbols`, all that was read after the scheme, belong to the link.

    Readers put spaces into URLs. Which of them are word spaces is told by their width, by what
    stands on both sides, and within the host by `is_host`, which knows plausible hosts; or by the
    reader, where it `parts_words` and is sure of the space.
    """
    # It takes a while to find, and mostly nobody asks for it.
    find_threshold = cache(partial(_space_ratio, symbols, line_height))
    depth = dict.fromkeys(_CLOSING.values(), 0)
    opened = 0
    for place, symbol in enumerate(symbols):
        if symbol.text in _STOPS:
            return trim_end(symbols, place)
        if symbol.text == " ":
            width = (symbol.right - symbol.left) / line_height
            words = text_of(symbols[:place]), text_of(symbols[place + 1 :])
            is_parted = parts_words and symbol.confidence >= _SURE_SPACE_CONFIDENCE
            if is_parted or _is_word_space(words, width, find_threshold, is_host=is_host):
                # A bracket that is left open belongs to the text behind the link.
                return trim_end(symbols, opened if max(depth.values()) > 0 else place)
        elif symbol.text in depth:
            opened = place if max(depth.values()) == 0 else opened
            depth[symbol.text] += 1
        elif symbol.text in _CLOSING:
            depth[_CLOSING[symbol.text]] -= 1
            if min(depth.values()) < 0:
                return trim_end(symbols, place)
    return trim_end(symbols, len(symbols))


def trim_end(symbols: Sequence[Symbol], end: int) -> int:
    """Step back over punctuation that closes a sentence and brackets that were never closed."""
    while end and symbols[end - 1].text in _TRAILING:
        end -= 1
    return end


def first_word(line: TextLine, *, line_height: float) -> Sequence[Symbol]:
    """Return the symbols before the line's first word space, false spaces among them."""
    symbols = line.symbols
    threshold = 0.0 if line.parts_words else _space_ratio(symbols, line_height) * line_height
    for place, symbol in enumerate(symbols):
        is_wide = line.parts_words or symbol.right - symbol.left > threshold
        if symbol.text == " " and is_wide:
            return symbols[:place]
    return symbols


def text_of(symbols: Sequence[Symbol]) -> str:
    """Return the text of `symbols`."""
    return "".join(symbol.text for symbol in symbols)


def _is_word_space(
    words: tuple[str, str],
    width: float,
    find_threshold: Callable[[], float],
    *,
    is_host: Callable[[str], bool],
) -> bool:
    before, after = words
    following = after.split(" ")[0]
    if not before or not following or width >= _SURE_SPACE_RATIO or before[-1] in ",;":
        return True
    if following[0] == "(" and ")" not in following:
        return True
    if before[-1] in ".:!?" and before[-2:-1] != " " and following[0].isupper():
        return width > find_threshold()
    if not _HOST_END.search(before):
        verdict = _is_host_end(before.replace(" ", ""), following, is_host)
        if verdict is not None:
            return verdict
    return width > _least_width(before, following, find_threshold)


def _least_width(before: str, following: str, find_threshold: Callable[[], float]) -> float:
    """Return how wide a space has to be to part two such words, in line heights."""
    word = following.rstrip(".,;:)")
    is_number = before[-1].isdigit() and following[0].isdigit()
    if _SENTENCE_END.search(before):
        return find_threshold()
    if is_number or word in FILE_ENDINGS or before[-1] in _JOINTS:
        return _SURE_SPACE_RATIO
    if word.lower() in PROSE:
        return _PROSE_SPACE_RATIO
    has_glue = before[-1] in _GLUE or following[0] in _GLUE or following[0] == "/"
    if has_glue or before.endswith(" /"):
        return _GLUE_SPACE_RATIO
    return find_threshold() * (_SLASH_SPACE if before[-1] == "/" else 1.0)


def _is_host_end(before: str, following: str, is_host: Callable[[str], bool]) -> bool | None:
    """Tell whether a host ends at a space, None where the host leaves both open."""
    rest = _HOST_END.split(following)[0].rstrip(".,;)")
    goes_on = is_host(before + rest) or is_host(f"{before}.{rest}")
    if is_host(before) == goes_on:
        return None
    return is_host(before)


def _space_ratio(symbols: Sequence[Symbol], line_height: float) -> float:
    """Return the least width of a word space in line heights.

    It is wider than the gaps between the letters, and not much narrower than the spaces between
    the words further on, where prose follows.
    """
    letters = [
        (right.left - left.right) / line_height
        for left, right in pairwise(symbols)
        if " " not in (left.text, right.text)
    ]
    words = [
        (space.right - space.left) / line_height
        for left, space, right in zip(symbols, symbols[1:], symbols[2:], strict=False)
        if space.text == " " and left.text.isalpha() and right.text.isalpha()
    ]
    ratio = 1.2 * _last_decile(letters) + 0.07 if letters else _USUAL_SPACE_RATIO
    if len(words) >= _PROSE_WORDS:
        ratio = min(ratio, 0.8 * median(words))
    return min(max(ratio, _LEAST_SPACE_RATIO), _USUAL_SPACE_RATIO)


def _last_decile(values: Sequence[float]) -> float:
    """Return what nine of ten `values` stay below; of so few, arrays would take far longer."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
