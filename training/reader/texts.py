"""What stands on a training strip: a link, a piece of one that wrapped, or prose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.reader.alphabet import INKED, SPACE
from training.synth.sheet import break_points
from training.synth.urls import LinkGrammar, pick_scheme

if TYPE_CHECKING:
    import numpy as np

    from training.synth.prose import Prose

LONGEST = 72
_SHORTEST_LIMIT = 14
_PAIRS = (
    *(("", ""), ("", "."), ("", ","), ("(", ")"), ("(", ")."), ("(", "),"), ("<", ">"), ("[", "]")),
    *(('"', '"'), ("'", "'"), ("", ";"), ("", ":"), ("{", "}"), ("", ")"), ("-", "")),
)
_PAIR_SHARES = (
    *(0.45, 0.12, 0.05, 0.1, 0.05, 0.02, 0.05, 0.03),
    *(0.04, 0.02, 0.02, 0.01, 0.01, 0.02, 0.01),
)
_ALIKE = "l1Ii|!O0oQ5S2Zz8B.,:;-_~'rnmecv"
# A nought is told from an `O` by what else the face has: identifiers with both show the difference.
_NOUGHTS = 12
_IDENTIFIER_SHARE = 0.4
WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class StripText:
    """One printed line: `before` touches the first of `words` but is not to be read."""

    words: tuple[str, ...]
    before: str = ""

    @property
    def target(self) -> str:
        """What the reader is to say."""
        return SPACE.join(self.words)


class TextMaker:
    """Makes the texts of strips out of the grammar of links and of prose."""

    def __init__(self, prose: Prose) -> None:
        """Take the words from `prose`."""
        self._prose = prose
        self._grammar = LinkGrammar(prose)

    def make(self, rng: np.random.Generator, *, hardness: float) -> StripText:
        """Return a text; `hardness` 0 gives a dozen characters, 1 whatever is printed."""
        limit = round(_SHORTEST_LIMIT + hardness * (LONGEST - _SHORTEST_LIMIT))
        kind = rng.random()
        if kind < 0.08:
            return StripText(self._words(rng, limit) or ("prose",))
        if kind < 0.12:
            return StripText((self._jumble(rng, int(rng.integers(3, min(limit, 24)))),))
        url, before, after = self._link(rng)
        if kind < 0.40:
            before, url = "", _take_end(url, rng)
        elif kind < 0.54:
            url, after = _take_start(url, rng), ""
        if len(url + after) > limit:
            url, after = _take_piece(url, limit, rng), ""
        room = limit - len(url + after)
        follows = self._words(rng, room) if rng.random() < 0.45 * hardness else ()
        return StripText((url + after, *follows), before)

    def _link(self, rng: np.random.Generator) -> tuple[str, str, str]:
        url = self._grammar.link(rng, pick_scheme(rng), longest=LONGEST)
        if rng.random() < 0.4 and len(url) < LONGEST - 16:
            url = url.rstrip("/") + "/" + self._tail(rng)
        before, after = _PAIRS[int(rng.choice(len(_PAIRS), p=_PAIR_SHARES))]
        return url[:LONGEST], before, after

    def _tail(self, rng: np.random.Generator) -> str:
        """Return an ending in which every character counts: identifiers, signs, look-alikes."""
        if rng.random() < _IDENTIFIER_SHARE:
            noughts = "0O" * int(rng.integers(_NOUGHTS))
            return draw_characters(rng, WORD_CHARACTERS + noughts, 4, 12)
        word = self._prose.word
        endings = (
            lambda: draw_characters(rng, _ALIKE[:11], 4, 9),
            lambda: "~" + word(rng)[:8] + "/" * int(rng.integers(2)),
            lambda: "?q=" + word(rng) + "&" + word(rng)[:4] + "=" + str(rng.integers(1000)),
            lambda: (
                word(rng)
                + "%20"
                + word(rng)[:5]
                + "%2"
                + draw_characters(rng, "0123456789ABCDEF", 1, 2)
            ),
            lambda: word(rng) + "#" + word(rng)[:6] + "-" + str(rng.integers(100)),
            lambda: "_".join((word(rng), word(rng)[:5])) + "." + word(rng)[:3],
            lambda: "-".join((word(rng)[:6], str(rng.integers(10**6)), word(rng)[:4])),
            lambda: ".".join(str(n) for n in rng.integers(0, 100, int(rng.integers(2, 5)))),
            lambda: word(rng).capitalize() + "_(" + word(rng)[:8] + ")",
            lambda: "@" + word(rng) + "/" + str(rng.integers(10**8)),
            lambda: word(rng)[:5] + "," + word(rng)[:4] + ";" + word(rng)[:3] + "=1",
        )
        return endings[int(rng.integers(len(endings)))]()

    def _jumble(self, rng: np.random.Generator, length: int) -> str:
        """Return characters in no order, so that the reader learns shapes and not only words."""
        alphabet = INKED if rng.random() < 0.5 else _ALIKE
        return draw_characters(rng, alphabet, length, length + 1)

    def _words(self, rng: np.random.Generator, room: int) -> tuple[str, ...]:
        """Return up to five words of prose with at most `room` characters, spaces among them."""
        words: list[str] = []
        for word in self._prose.run(rng, int(rng.integers(1, 6))):
            room -= len(SPACE + word)
            if room < 0:
                break
            words.append(word)
        return tuple(words)


def draw_characters(rng: np.random.Generator, characters: str, low: int, high: int) -> str:
    """Return `low` to `high` - 1 of some `characters`."""
    count = int(rng.integers(low, high))
    return "".join(characters[int(k)] for k in rng.integers(len(characters), size=count))


def _take_end(url: str, rng: np.random.Generator) -> str:
    """Return what a wrapped link has on its second line."""
    points = [k for k in _breaks(url, rng) if k < len(url) - 1]
    return url[points[int(rng.integers(len(points)))] :] if points else url


def _take_start(url: str, rng: np.random.Generator) -> str:
    """Return what a wrapped link has on its first line."""
    points = [k for k in _breaks(url, rng) if k > 8]
    return url[: points[int(rng.integers(len(points)))]] if points else url


def _take_piece(url: str, limit: int, rng: np.random.Generator) -> str:
    start = int(rng.integers(max(1, len(url) - limit + 1))) if rng.random() < 0.5 else 0
    return url[start : start + limit]


def _breaks(url: str, rng: np.random.Generator) -> list[int]:
    label = next((name for name in ("https", "http", "ftp", "tcp") if url.startswith(name)), "www")
    return break_points(url, label, anywhere=bool(rng.random() < 0.4))
