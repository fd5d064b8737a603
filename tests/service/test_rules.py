"""Rules of tables and boxes vanish from strips; underlines and characters stay."""

import numpy as np
import pytest

from service.rules import erase_rules

WORD = slice(14, 34)


def draw(*, rule_y=None, left=0, slope=0.0, touching=()):
    strip = np.full((44, 300), 250, np.uint8)
    for x in range(20, 280, 20):
        strip[WORD, x : x + 4] = 20
    if rule_y is not None:
        for x in range(left, 300):
            y = round(rule_y + slope * x)
            strip[y : y + 2, x] = 40
    for x in touching:
        strip[: WORD.start, x : x + 4] = 20
    return strip


@pytest.mark.parametrize("rule_y", [3, 39])
@pytest.mark.parametrize("slope", [0.0, 0.01])
def test_a_rule_that_comes_from_further_left_vanishes(rule_y, slope):
    erased = erase_rules(draw(rule_y=rule_y - slope * 100, slope=slope))
    np.testing.assert_array_equal(erased < 190, draw() < 190)


def test_an_underline_begins_with_its_link_and_stays():
    strip = draw(rule_y=37, left=18)
    assert erase_rules(strip) is strip


def test_a_character_that_touches_a_rule_stays():
    strip = draw(rule_y=6, touching=(100,))
    erased = erase_rules(strip)
    np.testing.assert_array_equal(erased[:, 100:104], strip[:, 100:104])
    np.testing.assert_array_equal(erased[:, 30:90] < 190, draw()[:, 30:90] < 190)


def test_a_rule_that_underlines_a_whole_line_stays():
    strip = draw(rule_y=6, touching=range(20, 280, 20))
    assert erase_rules(strip) is strip


@pytest.mark.parametrize("is_left", [True, False])
def test_a_rule_that_slants_out_of_the_strip_vanishes(is_left):
    strip = draw()
    for x in range(60):
        y = 36 + x // 6
        strip[y : min(y + 2, 44), x if is_left else -1 - x] = 40
    np.testing.assert_array_equal(erase_rules(strip) < 190, draw() < 190)


def test_what_goes_on_beyond_a_word_that_it_touches_vanishes():
    strip = np.full((44, 300), 250, np.uint8)
    strip[37:40] = 40
    strip[14:37, 20:100:6] = 20
    erased = erase_rules(strip)
    np.testing.assert_array_equal(erased[:, :98], strip[:, :98])
    assert (erased[:, 101:] > 190).all()


def test_short_and_thick_things_are_no_rules():
    strip = draw()
    strip[2:4, :60] = 20
    strip[36:44] = 20
    assert erase_rules(strip) is strip


def test_a_strip_without_ink_is_left_as_it_is():
    strip = np.full((44, 10), 255, np.uint8)
    assert erase_rules(strip) is strip
