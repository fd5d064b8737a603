import pytest

from service.lookalikes import (
    count_odd_twins,
    count_odd_words,
    is_ambiguous,
    is_told_by_shape,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a.org/D0WNL0AD/", 1),
        ("GO0GLE.COM/DOwNLOAD", 2),
        ("down1oad.org", 1),
        ("a.org/0PERATIONS", 1),
        ("a.org/0nline?x=0ABC", 1),
        ("a.org/DOWNLOAD", 0),
        ("a.org/rI250p3akf/g0OT4/k0b", 0),
        ("i18n.org/log4j/page1/v1.0/APIs/YouTube", 0),
    ],
)
def test_noughts_ones_and_small_letters_within_words_are_odd(text, count):
    assert count_odd_words(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a.org/aOf3b10c", 4),
        ("a.org/9I77e?id=4fOac", 4),
        ("B0l7XK2/T4OP", 3),
        ("a.org/a0f3b10c", 0),
        ("a.org/B0I7XK2", 0),
        ("a.org/aOF3b10c", 0),
        # Names of programs and their numbers.
        ("a.org/getObject/videoId2/iOS17", 0),
    ],
)
def test_a_twin_of_the_other_case_is_odd_in_a_code_of_one_case(text, count):
    assert count_odd_twins(text) == count


@pytest.mark.parametrize(
    ("text", "other", "is_so"),
    [
        ("a.org/VrM60.zip", "a.org/VrM6O.zip", True),
        ("a.org/1wRt4K", "a.org/lwRt4K", True),
        ("a.org/sql", "a.org/sq1", False),
        ("a.org/sql", "a.org/sqI", False),
        ("a.org/Ishift", "a.org/lshift", True),
        ("physical94.org", "physica194.org", False),
        ("a.org/Page9", "a.org/page9", False),
        ("a.org/v14", "a.org/v1.4", True),
        ("a.org/v1.4", "a.org/v14", False),
        ("a.org/v14", "a.org/v1-4", False),
        ("a.org/x", "a.org/xy.z", False),
        ("a.org/x", "a.org/x", False),
    ],
)
def test_some_readings_cannot_be_told_from_others(text, other, is_so):
    assert is_ambiguous(text, other) == is_so


@pytest.mark.parametrize(
    ("text", "other", "is_so"),
    [
        ("a.org/VrM60.zip", "a.org/VrM6O.zip", True),
        ("a.org/VrM60/1wRt4K", "a.org/VrM6O/lwRt4K", True),
        ("a.org/VrM60/1wRt4K", "a.org/VrM60/lwRt4K", True),
        # One of them is a word, or a number behind one.
        ("a.org/fabu1ous", "a.org/fabulous", False),
        ("a.org/pagelO", "a.org/page10", False),
        ("a.org/VrM60/page1", "a.org/VrM6O/pagel", False),
        ("a.org/Ishift", "a.org/lshift", True),
        ("a.org/sql", "a.org/sqI", False),
        ("a.org/VrM60", "a.org/VrM6D", False),
        ("a.org/VrM60", "a.org/VrM60", False),
    ],
)
def test_shape_alone_tells_names_at_random_apart(text, other, is_so):
    assert is_told_by_shape(text, other) == is_so
