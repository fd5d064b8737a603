import numpy as np
import pytest

from tests.training.test_urls import WORDS
from training.reader.alphabet import CHARACTERS
from training.reader.texts import LONGEST, StripText, TextMaker
from training.synth.prose import Prose


def make_texts(count, hardness):
    maker, rng = TextMaker(Prose(WORDS)), np.random.default_rng(1)
    return [maker.make(rng, hardness=hardness) for _ in range(count)]


def test_the_target_leaves_out_the_opening_bracket():
    assert StripText(("http://a.b)", "and"), before="(").target == "http://a.b) and"


@pytest.mark.parametrize(("hardness", "longest"), [(0.0, 14), (1.0, LONGEST)])
def test_texts_are_readable_and_no_longer_than_their_hardness_allows(hardness, longest):
    for text in make_texts(300, hardness):
        assert 0 < len(text.target) <= longest
        assert set(text.target) <= set(CHARACTERS)


def test_there_are_whole_links_ends_of_links_brackets_and_following_words():
    texts = make_texts(400, 1.0)
    whole = [text for text in texts if text.words[0].startswith(("http", "www.", "ftp", "tcp"))]
    assert 0.4 < len(whole) / len(texts) < 0.8
    assert sum(len(text.words) > 1 for text in texts) > 60
    assert any(text.before == "(" for text in whole)
    assert any(text.words[0].endswith(").") for text in texts)


def test_the_same_seed_gives_the_same_texts():
    assert make_texts(20, 1.0) == make_texts(20, 1.0)
