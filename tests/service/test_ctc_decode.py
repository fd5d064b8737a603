import itertools

import numpy as np
import pytest

from service.ctc_decode import list_likely, search_prefixes, spell_steps
from service.records import Alternative

ALPHABET = {1: "a", 2: "b", 3: "c"}


def steps(*rows):
    """Rows of log-probabilities for blank, a, b, c; what is missing goes to the blank."""
    chances = np.zeros((len(rows), 4))
    for row, shown in zip(chances, rows, strict=True):
        for letter, chance in shown.items():
            row[" abc".index(letter)] = chance
        row[0] += 1 - row.sum()
    return log_of(chances)


def log_of(chances):
    return np.log(np.maximum(chances, 1e-30))


def spell(*rows):
    return spell_steps(steps(*rows), ALPHABET, step_px=10)


def text_of(symbols):
    return "".join(symbol.text for symbol in symbols)


def collapse(path):
    return tuple(one for one, _ in itertools.groupby(path) if one)


def test_the_chances_are_those_of_all_paths_added_up():
    chances = np.random.default_rng(3).dirichlet(np.ones(4), 3)
    sums = {}
    for path in itertools.product(range(4), repeat=3):
        chance = np.prod([row[one] for row, one in zip(chances, path, strict=True)])
        sums[collapse(path)] = sums.get(collapse(path), 0.0) + chance
    best = sorted(sums.items(), key=lambda item: -item[1])[:3]
    found = search_prefixes(list_likely(log_of(chances)))[:3]
    assert [labels for labels, _ in found] == [labels for labels, _ in best]
    # What the search drops on its way keeps the chances a little too low.
    assert [chance for _, chance in found] == pytest.approx([sum_ for _, sum_ in best], rel=0.15)


def test_a_letter_shown_in_two_steps_is_one_and_a_blank_makes_it_two():
    assert text_of(spell({"a": 1}, {"a": 1}, {}, {"a": 1})) == "aa"


def test_places_are_the_middle_of_the_steps_that_show_a_letter():
    symbols = spell({"a": 1}, {"a": 1}, {}, {"b": 1}, {}, {}, {"c": 1})
    assert [(symbol.left + symbol.right) / 2 for symbol in symbols] == [10, 35, 65]
    assert [symbol.right - symbol.left for symbol in symbols] == [25, 25, 30]


def test_what_a_step_may_show_as_well_is_an_alternative():
    first, second = spell({"a": 0.7, "b": 0.3}, {}, {"c": 1})
    assert (first.text, first.confidence) == ("a", pytest.approx(0.7))
    assert first.alternatives == (Alternative("b", pytest.approx(0.3), 1),)
    assert (second.confidence, second.alternatives) == (1.0, ())


def test_letters_that_no_blank_parts_share_their_chance():
    first, second = spell({"a": 1}, {"b": 0.81, "c": 0.19})
    assert text_of((first, second)) == "ab"
    assert first.confidence == second.confidence == pytest.approx(0.9)
    assert first.alternatives == (Alternative("ac", pytest.approx(0.19), 2),)


def test_a_letter_that_may_be_there_is_an_alternative_of_the_one_before():
    (only,) = spell({"a": 1}, {}, {"b": 0.2})
    assert only.text == "a"
    assert only.confidence == pytest.approx(0.8)
    assert only.alternatives == (Alternative("ab", pytest.approx(0.2), 1),)


def test_a_letter_that_may_not_be_there_has_an_empty_alternative():
    (only,) = spell({"a": 0.6})
    assert only.alternatives == (Alternative("", pytest.approx(0.4), 1),)


def test_a_letter_that_no_single_step_shows_is_put_in_the_middle():
    (only,) = spell({"a": 0.4}, {"a": 0.4})
    assert (only.text, only.confidence) == ("a", pytest.approx(0.64))
    assert (only.left, only.right) == (5, 15)


@pytest.mark.parametrize("rows", [[], [{}], [{"a": 0.05}]])
def test_blank_steps_spell_nothing(rows):
    assert spell(*rows) == ()
