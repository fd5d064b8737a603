"""What the words of a page are taken from: prose, links and what looks like links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.synth.flow import LinkWord
from training.synth.urls import LinkGrammar, Lookalikes, pick_scheme

if TYPE_CHECKING:
    import numpy as np

    from training.synth.prose import Prose


class Vocabulary:
    """Prose, and the links and look-alikes that are strewn into it."""

    def __init__(self, prose: Prose) -> None:
        self.prose = prose
        self.grammar = LinkGrammar(prose)
        self.lookalikes = Lookalikes(prose)

    def link_word(self, rng: np.random.Generator, *, longest: int = 90) -> LinkWord:
        """Return a link with the brackets, quotes or full stop that touch it in print."""
        label = pick_scheme(rng)
        url = self.grammar.link(rng, label, longest=longest)
        pairs = (
            ("", ""),
            ("", "."),
            ("", ","),
            ("(", ")"),
            ("(", ")."),
            ("<", ">"),
            ("[", "]"),
            ('"', '"'),
            ("", ";"),
            ("'", "'"),
        )
        before, after = pairs[
            int(
                rng.choice(
                    len(pairs), p=[0.5, 0.11, 0.05, 0.11, 0.05, 0.07, 0.03, 0.04, 0.02, 0.02]
                )
            )
        ]
        return LinkWord(label, url, before, after)
