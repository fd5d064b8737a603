import cv2
import numpy as np
import pytest

from service.quotes import closes_quotation, opens_quotation

HEIGHT = 44


def print_before(mark, *, apart=4):
    """Return a strip with `mark` and, so many columns behind it, the left half of an `h`."""
    strip = np.full((HEIGHT, 70), 255, np.uint8)
    (width, _), _ = cv2.getTextSize(mark, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)
    cv2.putText(strip, mark, (62 - apart - width, 33), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    strip[8:34, 62:65] = 0
    strip[20:23, 65:] = 0
    return strip


@pytest.mark.parametrize("mark", ['"', "'", 'a "'])
def test_a_mark_in_the_upper_half_of_the_line_opens_a_quotation(mark):
    assert opens_quotation(print_before(mark))


@pytest.mark.parametrize("mark", ["", "(", "[", ",", "-", "a", ":", "/", '"a', "the"])
def test_nothing_else_does(mark):
    assert not opens_quotation(print_before(mark))


def test_a_quotation_that_ended_before_the_word_is_none_that_it_opens():
    assert not opens_quotation(print_before('"', apart=16))


@pytest.mark.parametrize("word", ['ruler"', "ruler'", "ruler”.", "b/c’),", 'um".'])
def test_a_word_with_a_mark_at_its_end_closes_a_quotation(word):
    assert closes_quotation(word)


@pytest.mark.parametrize("word", ["ruler", '"ruler"', "it's", '"', "ruler's'", 'x"y', ""])
def test_other_words_do_not(word):
    assert not closes_quotation(word)
