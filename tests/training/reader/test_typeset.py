import numpy as np
import pytest

from tests.training.test_urls import WORDS
from training.reader.texts import StripText
from training.reader.typeset import Typesetter
from training.synth.fonts import FontBook
from training.synth.prose import Prose


@pytest.fixture
def typesetter(source):
    return Typesetter(FontBook(source.faces), Prose(WORDS))


def set_alone(typesetter, text, seed=3):
    rng = np.random.default_rng(seed)
    return typesetter.set_line(text, rng, x_height=20.0, crowded=False)


@pytest.fixture(params=["", "_SLANTED_SHARE", "_STRETCHED_SHARE", "_SPREAD_SHARE"])
def distorted(request, typesetter, monkeypatch):
    """A typesetter that distorts in no way or always in this one."""
    for name in ("_SLANTED_SHARE", "_STRETCHED_SHARE", "_SPREAD_SHARE"):
        monkeypatch.setattr(f"training.reader.typeset.{name}", float(name == request.param))
    return typesetter


def test_each_centre_has_its_characters_ink(distorted):
    line = set_alone(distorted, StripText(("l.l", "I:l")))
    paper = float(line.pixels[0, 0])
    darkness = np.abs(line.pixels.astype(float) - paper).max(axis=0)
    assert len(line.centres) == len("l.l I:l")
    assert (np.diff(line.centres) > 0).all()
    for character, centre in zip("l.l I:l", line.centres, strict=True):
        is_inked = darkness[round(float(centre)) - 3 : round(float(centre)) + 4].max() > 60
        assert is_inked == (character != " ")


def test_ink_lies_between_left_and_right_and_around_the_middle(distorted):
    line = set_alone(distorted, StripText(("hp",)))
    rows, columns = np.nonzero(np.abs(line.pixels.astype(int) - int(line.pixels[0, 0])) > 60)
    assert columns.min() >= line.left - 3
    assert columns.max() <= line.right + 3
    assert rows.min() == pytest.approx(line.middle - line.height / 2, abs=2)
    assert rows.max() == pytest.approx(line.middle + line.height / 2, abs=2)


def test_a_false_italic_leans_to_the_right(typesetter, monkeypatch):
    def lean_of(share):
        monkeypatch.setattr("training.reader.typeset._SLANTED_SHARE", share)
        line = set_alone(typesetter, StripText(("l",)))
        rows, columns = np.nonzero(np.abs(line.pixels.astype(int) - int(line.pixels[0, 0])) > 60)
        return np.polyfit(rows, columns, 1)[0]

    assert lean_of(1.0) < lean_of(0.0) - 0.08


def test_a_crowded_line_has_ink_above_and_below(typesetter):
    def ink_rows(*, crowded):
        rng = np.random.default_rng(6)
        line = typesetter.set_line(StripText(("abc",)), rng, x_height=20.0, crowded=crowded)
        return np.count_nonzero(np.ptp(line.pixels, axis=1))

    assert ink_rows(crowded=True) > 1.6 * ink_rows(crowded=False)


def test_a_tables_rule_stands_where_the_space_is_and_reaches_over_the_page(typesetter, monkeypatch):
    monkeypatch.setattr("training.reader.typeset._RULED_SHARE", 1.0)
    line = set_alone(typesetter, StripText(("ab", "cd")))
    ink = np.abs(line.pixels.astype(int) - int(line.pixels[0, 0]))
    (ruled,) = np.nonzero(ink.min(axis=0) > 20)
    assert len(ruled)
    assert line.centres[1] < ruled.min() <= ruled.max() < line.centres[3]
