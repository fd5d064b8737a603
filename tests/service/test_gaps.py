import numpy as np
import pytest

from service.gaps import find_gaps, fit_symbols, put_spaces
from service.records import Symbol, TextLine


def strip_with_ink(*columns):
    pixels = np.full((40, 30), 255, np.uint8)
    for left, right in columns:
        pixels[10:30, left:right] = 0
    return pixels


def test_gaps_are_the_runs_without_ink_margins_included():
    assert find_gaps(strip_with_ink((5, 10), (20, 25))) == [(0, 5), (10, 20), (25, 30)]


def test_ink_of_the_neighbouring_lines_is_not_looked_at():
    pixels = strip_with_ink((5, 10))
    pixels[:4] = pixels[-4:] = 0
    assert find_gaps(pixels) == [(0, 5), (10, 30)]


# In typewriter faces it may be a third narrower than what lies between its neighbours.
@pytest.mark.parametrize("sides", [(10, 20), (12, 19)])
def test_an_underscore_is_no_gap(sides):
    pixels = strip_with_ink((5, 10), (20, 25))
    pixels[37:39, slice(*sides)] = 0
    assert find_gaps(pixels) == [(0, 5), (25, 30)]


def test_a_speck_below_a_gap_is_no_underscore():
    pixels = strip_with_ink((5, 10), (20, 25))
    pixels[37:39, 12:17] = 0
    assert find_gaps(pixels) == [(0, 5), (10, 20), (25, 30)]


def test_an_underscore_that_reaches_out_of_the_strip_is_no_gap():
    pixels = strip_with_ink((4, 8), (22, 26))
    pixels[-4:, 9:21] = 0
    assert find_gaps(pixels) == [(0, 4), (26, 30)]


def test_the_tops_of_the_next_lines_letters_are_a_gap():
    pixels = strip_with_ink((4, 8), (22, 26))
    for column in range(9, 21):
        pixels[-2 - column % 3 :, column] = 0
    assert find_gaps(pixels) == [(0, 4), (8, 22), (26, 30)]


def test_symbols_reach_to_the_gaps_and_a_space_fills_its_gap():
    read = [Symbol("a", 0.9, 4, 13), Symbol(" ", 1.0, 13, 15), Symbol("b", 0.9, 15, 26)]
    line = fit_symbols(TextLine("a b", 0.9, tuple(read)), [(0, 5), (10, 20), (25, 30)])
    assert [(one.left, one.right) for one in line.symbols] == [(4, 10), (10, 20), (20, 26)]


def test_touching_symbols_meet_half_way():
    read = (Symbol("r", 0.9, 4, 12), Symbol("n", 0.9, 14, 20))
    line = fit_symbols(TextLine("rn", 0.9, read), [(0, 4), (20, 30)])
    assert [(one.left, one.right) for one in line.symbols] == [(4, 13), (13, 20)]


def place_letters(*sides):
    symbols = tuple(Symbol("x", 0.9, left, right) for left, right in sides)
    return TextLine("x" * len(symbols), 0.9, symbols)


def test_a_space_fills_each_gap_that_may_part_two_words():
    read = place_letters((0, 4), (5, 19), (20, 24), (31, 45), (46, 50), (51, 65))
    line = put_spaces(read, line_height=40)
    assert line.text == "xxx xxx"
    assert (line.symbols[3].left, line.symbols[3].right) == (24, 31)


def test_loosely_set_type_needs_wider_gaps():
    loose = place_letters((0, 4), (10, 24), (30, 34), (40, 54), (60, 64), (80, 94))
    assert put_spaces(loose, line_height=40).text == "xxxxx x"


def test_in_type_of_one_width_a_space_is_a_longer_step_and_not_a_wider_gap():
    # A full stop leaves wide gaps; its step to the next letter is that of all.
    mono = place_letters((0, 9), (10, 19), (24, 25), (30, 39), (50, 59), (60, 69))
    assert put_spaces(mono, line_height=40).text == "xxxx xx"


@pytest.mark.parametrize("sides", [(), ((0, 9),)])
def test_a_line_without_gaps_gets_no_spaces(sides):
    line = place_letters(*sides)
    assert put_spaces(line, line_height=40) == line
