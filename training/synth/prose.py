"""Running text for the pages, with everything that looks like a link taken out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FORTUNES = Path("/usr/share/games/fortunes")

# A link that comes along with the prose would be an unlabelled positive.
_LINKLIKE = re.compile(r"\S*(://|www\.|https?:|ftp:|tcp:)\S*", re.IGNORECASE)
_MARKUP = re.compile(r"^%$|[^\n\x20-\x7e]|[_*=~^|\\-]{2,}|``|''", re.MULTILINE)


class Prose:
    """Words in their natural order, from the language reference that ships with Python and, where
    installed, Debian's `fortunes` (quotations, verse, proverbs).
    """

    def __init__(self, words: list[str]) -> None:
        if len(words) < 200:
            raise ValueError(f"expected at least 200 words of prose, received {len(words)}")
        self.words = words
        self.vocabulary = sorted(
            {w.lower() for w in words if w.isascii() and w.isalpha() and 2 < len(w) < 12}
        )

    @classmethod
    def load(cls, *, quotations: bool = True) -> Prose:
        """Gather the prose of this machine; without `quotations` it is the same on all of them."""
        from pydoc_data.topics import topics  # noqa: PLC0415  (half a megabyte, wanted here only)

        texts = [topics[name] for name in sorted(topics)]
        if quotations and FORTUNES.is_dir():
            paths = sorted(p for p in FORTUNES.iterdir() if p.is_file() and not p.suffix)
            texts += [path.read_text(encoding="utf-8", errors="ignore") for path in paths]
        return cls(split_words("\n".join(texts)))

    def run(self, rng: np.random.Generator, count: int) -> list[str]:
        """Return `count` consecutive words from a random place."""
        start = int(rng.integers(max(1, len(self.words) - count)))
        return self.words[start : start + count]

    def word(self, rng: np.random.Generator) -> str:
        """Return one random lower-case word of letters only."""
        return self.vocabulary[int(rng.integers(len(self.vocabulary)))]

    def title(self, rng: np.random.Generator, count: int) -> str:
        """Return a made-up heading of `count` words."""
        return " ".join(self.word(rng).capitalize() for _ in range(count))


def split_words(text: str) -> list[str]:
    """Return the words of `text` without links, markup and characters beyond ASCII."""
    return [word for word in _MARKUP.sub(" ", _LINKLIKE.sub(" ", text)).split() if len(word) < 25]
