import pytest

from service.lookalikes import count_odd_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a.org/D0WNL0AD/", 1),
        ("GO0GLE.COM/DOwNLOAD", 2),
        ("down1oad.org", 1),
        ("a.org/DOWNLOAD", 0),
        ("a.org/rI250p3akf/g0OT4/k0b", 0),
        ("i18n.org/log4j/page1/v1.0/APIs/YouTube", 0),
    ],
)
def test_noughts_ones_and_small_letters_within_words_are_odd(text, count):
    assert count_odd_words(text) == count
