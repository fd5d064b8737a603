import numpy as np

from service.gaps import find_gaps, fit_symbols
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


def test_symbols_reach_to_the_gaps_and_a_space_fills_its_gap():
    read = [Symbol("a", 0.9, 4, 13), Symbol(" ", 1.0, 13, 15), Symbol("b", 0.9, 15, 26)]
    line = fit_symbols(TextLine("a b", 0.9, tuple(read)), [(0, 5), (10, 20), (25, 30)])
    assert [(one.left, one.right) for one in line.symbols] == [(4, 10), (10, 20), (20, 26)]


def test_touching_symbols_meet_half_way():
    read = (Symbol("r", 0.9, 4, 12), Symbol("n", 0.9, 14, 20))
    line = fit_symbols(TextLine("rn", 0.9, read), [(0, 4), (20, 30)])
    assert [(one.left, one.right) for one in line.symbols] == [(4, 13), (13, 20)]
