"""What stands on the strips for the judge: links whose names are letters and digits at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.reader.texts import LONGEST, WORD_CHARACTERS, StripText, TextMaker, draw_characters
from training.synth.urls import pick_scheme

if TYPE_CHECKING:
    import numpy as np

_AS_PRINTED_SHARE = 0.25
_LONGEST_START = 34
_WITHOUT_START_SHARE = 0.35
_WORD_SHARE = 0.3
_ENDINGS = ("", "", ".html", ".zip", "/")
# How many times each of these stands among the letters and digits that are drawn from, at most.
_MORE = (("0O", 6), ("1lI", 4), ("5S2Z8B6b9gq", 2))


class NameMaker(TextMaker):
    """Makes links of random names full of twins; every fourth is as the reader learns it."""

    def make(self, rng: np.random.Generator, *, hardness: float) -> StripText:
        """Return a text."""
        if rng.random() < _AS_PRINTED_SHARE:
            return super().make(rng, hardness=hardness)
        url = self._grammar.link(rng, pick_scheme(rng), longest=_LONGEST_START)
        if rng.random() < _WITHOUT_START_SHARE:
            url = url[int(rng.integers(len(url))) :]
        more = "".join(twins * int(rng.integers(most)) for twins, most in _MORE)
        drawn_from = WORD_CHARACTERS + more
        names = [draw_characters(rng, drawn_from, 4, 12) for _ in range(int(rng.integers(1, 3)))]
        if rng.random() < _WORD_SHARE:
            names.append(self._prose.word(rng))
        ending = _ENDINGS[int(rng.integers(len(_ENDINGS)))]
        text = "/".join((url.rstrip("/"), *names)) + ending
        return StripText((text[:LONGEST],))
