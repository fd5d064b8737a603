"""The link grammar makes links of the asked kind, and look-alikes that hold none."""

import re

import numpy as np
import pytest

from training.synth.prose import Prose, split_words
from training.synth.sheet import break_points
from training.synth.urls import PREFIXES, SCHEME_SHARES, LinkGrammar, Lookalikes, pick_scheme

WORDS = ["".join(chr(97 + (k * step) % 26) for k in range(3 + step % 6)) for step in range(1, 400)]


@pytest.fixture(scope="module")
def prose():
    return Prose(WORDS)


@pytest.mark.parametrize("label", PREFIXES)
def test_links_start_with_their_prefix_and_keep_to_the_length(prose, label):
    rng = np.random.default_rng(1)
    for _ in range(200):
        link = LinkGrammar(prose).link(rng, label, longest=60)
        assert link.lower().startswith(PREFIXES[label])
        assert len(link) <= 60
        assert " " not in link


def test_lookalikes_hold_no_prefix(prose):
    rng = np.random.default_rng(2)
    for _ in range(2000):
        text = " ".join(Lookalikes(prose).words(rng))
        assert not re.search(r"https?://|ftp://|tcp://|www\.", text, re.IGNORECASE), text


def test_every_scheme_comes_up():
    rng = np.random.default_rng(3)
    assert {pick_scheme(rng) for _ in range(500)} == set(SCHEME_SHARES)


def test_links_of_the_prose_itself_are_taken_out():
    words = split_words("see https://a.org/x and (http://b.de) or www.c.net today ftp: x")
    assert words == ["see", "and", "or", "today", "x"]


def test_links_break_at_punctuation_but_never_inside_the_prefix():
    assert break_points("http://a.b/c", "http", anywhere=False) == [7, 8, 9, 10, 11]
    assert break_points("www.abc", "www", anywhere=False) == [4]
    assert min(break_points("https://abcdef", "https", anywhere=True)) == 8


def test_prose_refuses_too_few_words():
    with pytest.raises(ValueError, match="at least 200 words"):
        Prose(["one"])
