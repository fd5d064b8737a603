"""Likeness: whether two pieces of print are set alike, in one typeface and one colour.

A link often stands out from the text around it, in typewriter face, in colour, slanted, larger or
underlined. What is set otherwise below the end of its line is no part of it.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from service.underline import is_underlined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.ink import Grey
    from service.records import Symbol

# In the pixels of a strip, whatever its size in the frame was.
_LEAST_WIDTH_PX: Final = 5
_SLACK_PX: Final = 4
_MARGIN_ROWS: Final = 4
_LEAST_SPREAD: Final = 15.0
_SCALES: Final = (1.0, 0.95, 1.05)
# Black in a flat strip, and how many such pixels tell how dark a character was printed.
_BLACK: Final = 60
_LEAST_BLACK_PX: Final = 6
_AROUND_PX: Final = 10
_PAPER: Final = 0.95
_INK: Final = 0.25
_LAST_SYMBOLS: Final = 12
_LEAST_LETTERS: Final = 3
_LEAST_WEIGHED: Final = 2
_LEAST_INKED: Final = 2
_INKED: Final = 128
# Letters without parts above or below the others, and where in a strip no underline is.
_X_LETTERS: Final = frozenset("acemnorsuvwxz")
_ABOVE_UNDERLINE: Final = 0.8
# 1,144 links that went on below, and 322 words below the end of another, on 1,220 generated pages:
# of the first 5 % look less alike than one of these allows, of the others 41 %.
_LEAST_MATCH: Final = 0.7
_MOST_INK_RATIO: Final = 1.22
# Of 509 links that went on below 3 had letters there whose size differed by more than that.
_MOST_SIZE_RATIO: Final = 1.2
# Of 728 others that went on below 9 differed more in weight, and of 114 that ended 21.
_MOST_WEIGHT_RATIO: Final = 1.2
# What is so much smaller than the link is hardly legible in a strip of the link's height.
_FAR_SIZE_RATIO: Final = 1.5
SURE_SYMBOL: Final = 0.8
_ALIKE_MATCH: Final = 0.85
_ALIKE_INK_RATIO: Final = 1.13
_ALIKE_WEIGHT_RATIO: Final = 1.07
# Of 31 underlined words that were parts of an underlined link none differs so much in size or ink,
# of 10 that were none 3.
_UNDERLINED_RATIO: Final = 1.26
# In 5,800 frames of generated pages 74 of 150 words below a link's line that were parts of it are
# more like the link than both are like the text around, and 2 of 206 that may have been. Of those
# 86 are as much more like the text, and none of the parts.
_FACE_LEAD: Final = 0.06
_INK_LEAD: Final = 1.08
_WEIGHT_LEAD: Final = 1.16


class Print(NamedTuple):
    """Some print: `strip` is flat, `photo` the same place as it was photographed, uint8 [h, w].

    `symbols` are what was read, with columns of both; one of the two may be a column wider.
    """

    strip: Grey
    photo: Grey
    symbols: Sequence[Symbol]


def count_differences(first: Print, second: Print) -> int:
    """Return in how many ways `second` clearly is set otherwise than `first`.

    They are the letters, that is their shape, size or weight, their ink, and that `first` alone is
    underlined. Of `second` only what was read for sure counts, but for how large it is.
    """
    legible = _drop_unsure(second)
    contrast = _compare(first, legible)
    has_other_type = (
        contrast.has_other_face(_LEAST_MATCH)
        or contrast.weight_ratio > _MOST_WEIGHT_RATIO
        or is_of_other_size(first, second)
    )
    is_underlined_alone = is_underlined(first.photo, first.symbols) and not is_underlined(
        legible.photo, legible.symbols
    )
    return has_other_type + (contrast.ink_ratio > _MOST_INK_RATIO) + is_underlined_alone


def is_of_other_size(first: Print, second: Print) -> bool:
    """Tell whether the letters of `second` clearly are larger or smaller than those of `first`."""
    size = _measure_size(first)
    is_far = _ratio(size, _measure_size(second)) > _FAR_SIZE_RATIO
    return is_far or _ratio(size, _measure_size(_drop_unsure(second))) > _MOST_SIZE_RATIO


def is_headline(first: Print, second: Print) -> bool:
    """Tell whether the letters of `first` clearly are larger than those of `second`.

    Links are set smaller than the text around them now and then, but hardly larger.
    """
    return is_of_other_size(first, second) and _measure_size(first) > _measure_size(second)


def is_set_alike(first: Print, second: Print) -> bool:
    """Tell whether `second` clearly is in the typeface and colour of `first`.

    Or, where `first` is underlined, that `second` is so, too, and about as large and as dark.
    """
    contrast = _compare(first, second)
    if is_underlined(first.photo, first.symbols):
        is_near = contrast.ink_ratio < _UNDERLINED_RATIO > contrast.size_ratio
        return is_near and is_underlined(second.photo, second.symbols)
    return contrast.is_alike


def is_set_apart(link: Print, word: Print, text: Print | None) -> bool:
    """Tell whether `word` is set as the `link` is, and the `text` around them otherwise.

    That is told by the letters, the ink, or how bold they are; where both are underlined, whatever
    the text is. Where there is none nothing else tells.
    """
    if not is_set_alike(link, word):
        return False
    if is_underlined(link.photo, link.symbols) or _stands_out(link, word, text):
        return True
    return text is not None and _are_paler(link, word, text)


def is_set_as_text(link: Print, word: Print, text: Print | None) -> bool:
    """Tell whether `word` is set as the `text` around is, and the `link` otherwise."""
    is_in_link = is_underlined(link.photo, link.symbols) and is_set_alike(link, word)
    return not is_in_link and text is not None and _stands_out(text, word, link)


def _stands_out(first: Print, second: Print, other: Print | None) -> bool:
    """Tell whether two pieces of print are more like each other than both are like another."""
    if other is None:
        return False
    own, *others = (
        _compare(one, another, least_inked=_LEAST_INKED)
        for one, another in ((first, second), (first, other), (second, other))
    )
    known = [median(one.matches) for one in others if len(one.matches) > 1]
    if len(own.matches) > 1 and known and median(own.matches) - max(known) > _FACE_LEAD:
        return True
    has_ink = min(one.ink_ratio for one in others) > _INK_LEAD * own.ink_ratio
    return has_ink or min(one.weight_ratio for one in others) > _WEIGHT_LEAD * own.weight_ratio


def _are_paler(link: Print, word: Print, text: Print) -> bool:
    """Tell whether a link is paler than the text, and so is a word that has darker print beside it.

    In a flat strip such a word is not black.
    """
    is_pale = _compare(link, text).ink_ratio > _MOST_INK_RATIO
    return is_pale and len(list(_measure_ink(word))) < _LEAST_INKED


def _drop_unsure(one: Print) -> Print:
    return one._replace(symbols=[at for at in one.symbols if at.confidence >= SURE_SYMBOL])


class _Contrast(NamedTuple):
    """How alike two pieces of print look, letter by letter, and in ink, weight and size.

    `matches` has as many entries as letters could be compared; a ratio is 1 where nobody knows.
    """

    matches: Sequence[float]
    ink_ratio: float
    weight_ratio: float
    size_ratio: float

    @property
    def is_alike(self) -> bool:
        if len(self.matches) > 1:
            is_same_face = median(self.matches) > _ALIKE_MATCH
        else:
            is_same_face = 1.0 < self.weight_ratio < _ALIKE_WEIGHT_RATIO
        return is_same_face and self.ink_ratio < _ALIKE_INK_RATIO

    def has_other_face(self, least_match: float) -> bool:
        return len(self.matches) >= _LEAST_LETTERS and median(self.matches) < least_match


def _compare(first: Print, second: Print, *, least_inked: int = _LEAST_LETTERS) -> _Contrast:
    """Compare two pieces of print; their ink where each has so many letters to measure it by."""
    depths = [list(_measure_ink(one)) for one in (first, second)]
    is_known = min(map(len, depths)) >= least_inked
    return _Contrast(
        matches=_match_letters(first, second),
        ink_ratio=_ratio(*map(median, depths)) if is_known else 1.0,
        weight_ratio=_ratio(_measure_weight(first), _measure_weight(second)),
        size_ratio=_ratio(_measure_size(first), _measure_size(second)),
    )


def _ratio(first: float, second: float) -> float:
    """Return the larger of two measures by the smaller, 1 where one of them is nothing."""
    return max(first, second) / min(first, second) if min(first, second) > 0 else 1.0


def _match_letters(first: Print, second: Print) -> list[float]:
    """Return for each letter of `second` that `first` has as well how much the two look alike.

    It is the highest normalised cross-correlation of their pictures, 1 for the same picture; what
    the two lines' heights were measured wrong by is evened out.
    """
    found = (_match_at_scale(first, second, scale) for scale in _SCALES)
    return max(found, key=lambda matches: median(matches) if matches else -1.0)


def _match_at_scale(first: Print, second: Print, scale: float) -> list[float]:
    strip = cv2.resize(first.strip, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    spare = (strip.shape[0] - first.strip.shape[0]) // 2
    rows = slice(max(0, spare + _MARGIN_ROWS), first.strip.shape[0] - _MARGIN_ROWS + spare)
    templates: dict[str, list[Grey]] = {}
    for symbol in _letters_of(first):
        left, right = round(symbol.left * scale), round(symbol.right * scale)
        template = strip[rows, max(0, left) : right]
        if template.shape[1] >= _LEAST_WIDTH_PX and template.std() >= _LEAST_SPREAD:
            templates.setdefault(symbol.text, []).append(np.asarray(template, np.uint8))
    return [
        max(_match(template, second.strip, round(symbol.left)) for template in same)
        for symbol in _letters_of(second)
        if (same := templates.get(symbol.text))
    ]


def _match(template: Grey, strip: Grey, left: int) -> float:
    """Return how well the template matches the strip around the column `left`, -1 at its end."""
    around = strip[1:-1, max(0, left - _SLACK_PX) : left + template.shape[1] + _SLACK_PX]
    if around.shape[0] < template.shape[0] or around.shape[1] < template.shape[1]:
        return -1.0
    return float(cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED).max())


def _measure_ink(one: Print) -> Iterator[float]:
    """Yield of each of the last letters by what share of the paper's brightness its ink is darker.

    Of what is no larger than a few pixels nobody can tell.
    """
    for symbol in [*_letters_of(one)][-_LAST_SYMBOLS:]:
        left = max(0, round(symbol.left))
        right = min(round(symbol.right), one.strip.shape[1], one.photo.shape[1])
        is_black = one.strip[_MARGIN_ROWS:-_MARGIN_ROWS, left:right] < _BLACK
        if is_black.sum() < _LEAST_BLACK_PX:
            continue
        around = one.photo[:, max(0, left - _AROUND_PX) : right + _AROUND_PX]
        paper = max(float(np.quantile(around, _PAPER)), 1.0)
        ink = one.photo[_MARGIN_ROWS:-_MARGIN_ROWS, left:right][is_black]
        yield 1.0 - float(np.quantile(ink, _INK)) / paper


def _measure_weight(one: Print) -> float:
    """Return how bold the letters are: their ink by how much of it is at their edges, 0 for none.

    Twice that is the width of a stroke; it is the same for any letters of a typeface.
    """
    is_ink = (one.strip < _INKED).astype(np.uint8)
    is_edge = is_ink - cv2.erode(is_ink, np.ones((3, 3), np.uint8), borderValue=0)
    columns = [slice(max(0, round(at.left)), round(at.right)) for at in _letters_of(one)]
    if len(columns) < _LEAST_WEIGHED:
        return 0.0
    inked, edges = (
        sum(int(part[_MARGIN_ROWS:-_MARGIN_ROWS, at].sum()) for at in columns)
        for part in (is_ink, is_edge)
    )
    return inked / edges if edges else 0.0


def _measure_size(one: Print) -> float:
    """Return the x-height in rows of the strip, 0 where too few letters tell it."""
    rows = round(_ABOVE_UNDERLINE * len(one.strip))
    is_ink = one.strip[_MARGIN_ROWS:rows] < _INKED
    heights = [
        int(np.ptp(inked)) + 1
        for symbol in one.symbols
        if symbol.text in _X_LETTERS
        and (
            inked := np.flatnonzero(is_ink[:, round(symbol.left) : round(symbol.right)].any(1))
        ).size
    ]
    return float(median(heights)) if len(heights) >= _LEAST_WEIGHED else 0.0


def _letters_of(one: Print) -> Iterator[Symbol]:
    return (symbol for symbol in one.symbols if symbol.text.isalnum())
