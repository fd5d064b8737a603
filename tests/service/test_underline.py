"""Underlines are told from letters, however the line slopes and whatever stands behind the link."""

import cv2
import numpy as np
import pytest

from service.records import Symbol
from service.underline import is_underlined

HEIGHT = 44


def print_text(text, *, slope=0.0, ink=40, rule=True, level=None):
    """Return a photographed strip of `text` and its symbols; the rule may be paler than letters."""
    width = 30 * len(text) + 20
    photo = np.full((HEIGHT, width), 220, np.uint8)
    symbols = []
    for place, one in enumerate(text):
        left = 10 + 30 * place
        cv2.putText(photo, one, (left, 30), cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, 2, cv2.LINE_AA)
        symbols.append(Symbol(one, 0.9, left, left + 26))
    if rule:
        end = symbols[-1].right if text[-1] not in ".)" else symbols[-2].right
        cv2.line(photo, (10, 36), (round(end), round(36 + slope * width)), level or ink, 2)
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.8), np.uint8), symbols


@pytest.mark.parametrize("text", ["https://ruler.org/guide/", "guide", "fig"])
def test_a_rule_below_print_is_an_underline(text):
    assert is_underlined(*print_text(text))
    assert is_underlined(*print_text(text, ink=150))


@pytest.mark.parametrize("text", ["https://ruler.org/guide/", "guide_one_two", "____a", "zzz"])
def test_letters_are_none(text):
    assert not is_underlined(*print_text(text, rule=False))


def test_where_nothing_was_read_there_is_none():
    assert not is_underlined(print_text("guide")[0], [])


def test_it_may_slope_and_be_paler_than_letters():
    assert is_underlined(*print_text("https://ruler.org/guide/", slope=0.005))
    assert is_underlined(*print_text("https://ruler.org/guide/", level=110))


def test_what_closes_a_sentence_behind_it_is_not_underlined():
    assert is_underlined(*print_text("guide/ruler)"))
    assert not is_underlined(*print_text("...", rule=False))


def test_a_letter_alone_tells_nothing():
    photo, symbols = print_text("i")
    narrow = [symbols[0]._replace(right=symbols[0].left + 8)]
    assert not is_underlined(photo, narrow)
