import numpy as np
import pytest

from service.footnote import raise_digits
from service.records import Symbol, TextLine


def read(text, *, top, bottom):
    """A line whose last character has its ink in these rows of 40."""
    pixels = np.full((40, 10 * len(text)), 255, np.uint8)
    pixels[5:31, :-10] = 0
    pixels[top:bottom, -8:-2] = 0
    symbols = (Symbol(one, 0.9, 10 * at, 10 * at + 10) for at, one in enumerate(text))
    return raise_digits(TextLine(text, 0.9, tuple(symbols)), pixels).text


@pytest.mark.parametrize(
    ("text", "top", "bottom", "raised"),
    [
        ("a2", 5, 18, "a²"),
        ("a2", 5, 31, "a2"),
        ("a2", 18, 31, "a2"),
        ("ab", 5, 18, "ab"),
        ("a2", 0, 0, "a2"),
    ],
    ids=["raised", "on the line", "small but low", "no digit", "no ink"],
)
def test_a_small_high_digit_is_a_footnote_number(text, top, bottom, raised):
    assert read(text, top=top, bottom=bottom) == raised
