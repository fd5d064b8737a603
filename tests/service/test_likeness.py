import cv2
import numpy as np
import pytest

from service.extent import flatten_strip
from service.likeness import (
    Print,
    count_differences,
    is_headline,
    is_set_alike,
    is_set_apart,
    is_set_as_text,
)
from service.records import Symbol

HEIGHT = 44
FONT = cv2.FONT_HERSHEY_SIMPLEX


def set_type(text, *, ink=30, size=1.5, slant=0.0, weight=2, rule=None):
    """Return a strip with `text`, character by character."""
    photo = np.full((HEIGHT, 40 * len(text) + 20), 235, np.uint8)
    symbols = []
    for place, one in enumerate(text):
        left = 10 + 40 * place
        cv2.putText(photo, one, (left, 33), FONT, size, ink, weight, cv2.LINE_AA)
        symbols.append(Symbol(one, 0.9, left, left + 36))
    if rule is not None:
        cv2.line(photo, (10, rule), (40 * len(text), rule), ink, 2)
    shear = np.array([[1.0, -slant, slant * HEIGHT / 2], [0.0, 1.0, 0.0]])
    photo = cv2.warpAffine(photo, shear, photo.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    photo = np.asarray(photo, np.uint8)
    return Print(flatten_strip(photo), photo, symbols)


LINK = set_type("https://ruler.org/")


@pytest.mark.parametrize("word", ["ruler", "shelter", "our"])
def test_the_same_type_is_alike(word):
    assert not count_differences(LINK, set_type(word))


def test_a_line_that_was_measured_a_little_larger_is_alike():
    assert not count_differences(LINK, set_type("shelter", size=1.58))


def test_what_nobody_can_tell_is_not_alike_for_certain():
    assert is_set_alike(LINK, set_type("shelter"))
    assert not is_set_alike(LINK, set_type("shelter", slant=0.5))
    assert not is_set_alike(LINK, set_type("shelter", ink=70))
    assert not is_set_alike(LINK, set_type("xyzw"))


def test_another_typeface_is_not():
    assert count_differences(LINK, set_type("shelter", slant=0.5))


def test_another_colour_is_not():
    assert count_differences(LINK, set_type("shelter", ink=130))
    assert not count_differences(LINK, set_type("shelter", ink=40))


def test_letters_that_the_link_lacks_tell_nothing_but_their_colour():
    assert not count_differences(LINK, set_type("xyzw", slant=0.5))
    assert count_differences(LINK, set_type("xyzw", ink=150))


def test_of_two_letters_nobody_can_tell():
    assert not count_differences(LINK, set_type("or", slant=0.5, ink=150))


def test_a_strip_may_be_a_column_narrower_than_its_photo():
    word = set_type("shelter")
    to_the_edge = [*word.symbols[:-1], word.symbols[-1]._replace(right=word.strip.shape[1])]
    narrow = Print(word.strip[:, :-1], word.photo, to_the_edge)
    assert not count_differences(LINK, narrow)
    assert not count_differences(LINK, Print(word.strip, word.photo[:, :-1], to_the_edge))


def test_a_word_that_alone_in_its_line_is_set_as_the_link_is_set_apart():
    word, rest = set_type("shelter"), set_type("those sugars", slant=0.5)
    assert is_set_apart(LINK, word, rest)
    assert is_set_apart(LINK, word, set_type("those sugars", ink=110))
    assert not is_set_apart(LINK, word, set_type("those sugars"))
    assert not is_set_apart(LINK, rest, word)


def test_how_bold_they_are_tells_of_words_without_a_letter_in_common():
    bold, light = set_type("mcmc"), set_type("vwxv", weight=1)
    assert is_set_apart(LINK, bold, light)
    assert not is_set_apart(LINK, bold, set_type("vwxv"))
    assert not is_set_apart(set_type("https://ruler.org/", weight=1), bold, light)


def test_a_little_slant_or_paleness_of_the_text_is_enough():
    word = set_type("shelter")
    assert is_set_apart(LINK, word, set_type("those sugars", slant=0.2))
    assert is_set_apart(LINK, word, set_type("those sugars", ink=65))
    assert not is_set_apart(LINK, word, set_type("those sugars", ink=38))


def test_where_there_is_no_text_around_nothing_is_set_apart():
    word = set_type("shelter")
    assert not is_set_apart(LINK, word, None)
    assert not is_set_apart(LINK, word, set_type(""))
    assert not is_set_as_text(LINK, word, None)


def test_what_is_set_as_the_text_is_is_no_part_of_a_link_that_is_not():
    text = set_type("those sugars", slant=0.3)
    assert is_set_as_text(LINK, set_type("shelter", slant=0.3), text)
    assert is_set_as_text(set_type("https://ruler.org/", ink=110), set_type("or"), set_type("the"))
    assert not is_set_as_text(LINK, set_type("shelter"), text)
    assert not is_set_as_text(LINK, set_type("shelter"), set_type("those sugars"))


def test_a_pale_word_beside_darker_print_is_set_as_a_pale_link_is():
    link, text = set_type("https://ruler.org/", ink=150), set_type("those sugars")
    beside = set_type("or those sugars")
    pale = set_type("or", ink=150)
    columns = pale.photo.shape[1] - 10
    photo = beside.photo.copy()
    photo[:, :columns] = pale.photo[:, :columns]
    word = Print(flatten_strip(photo), photo, pale.symbols)
    assert is_set_apart(link, word, text)
    assert not is_set_apart(link, beside._replace(symbols=beside.symbols[:2]), text)


def test_each_way_in_which_it_is_set_otherwise_counts():
    assert count_differences(LINK, set_type("shelter", slant=0.5, ink=130)) == 2
    assert count_differences(LINK, set_type("or so", size=1.0)) == 1


def test_how_bold_the_letters_are_tells_without_any_in_common():
    assert count_differences(LINK, set_type("vwxyz", weight=1)) == 1
    assert count_differences(LINK, set_type("vwxyz")) == 0


def test_of_what_was_hardly_read_no_more_counts_than_that_it_is_much_smaller():
    def guess(text, **type_):
        print_ = set_type(text, **type_)
        return print_._replace(
            symbols=[symbol._replace(confidence=0.4) for symbol in print_.symbols]
        )

    assert count_differences(LINK, guess("corner", size=0.9)) == 1
    assert count_differences(LINK, guess("corner", size=1.2)) == 0
    assert count_differences(LINK, guess("corner", slant=0.5, ink=130)) == 0


def test_a_link_is_set_smaller_than_its_text_but_no_larger():
    assert is_headline(LINK, set_type("corner", size=1.0))
    assert not is_headline(LINK, set_type("corner", size=2.2))
    assert not is_headline(LINK, set_type("corner"))


def test_what_is_not_underlined_is_no_part_of_an_underlined_link():
    link = set_type("https://ruler.org/", rule=39)
    assert count_differences(link, set_type("shelter")) == 1
    assert count_differences(link, set_type("shelter", rule=39)) == 0
    assert count_differences(LINK, set_type("shelter", rule=39)) == 0
    assert not is_set_alike(link, set_type("shelter"))


def test_what_is_underlined_as_the_link_is_set_apart_whatever_follows():
    link, word = set_type("https://ruler.org/", rule=39), set_type("vault", rule=39)
    assert is_set_apart(link, word, set_type(""))
    assert is_set_apart(link, word, set_type("shelter"))
    assert not is_set_apart(link, set_type("vault"), set_type("shelter"))
    assert not is_set_as_text(link, word, set_type("shelter", rule=39))


def test_a_rule_below_print_of_another_size_is_no_underline_of_the_link():
    link = set_type("https://ruler.org/", rule=39)
    assert is_set_alike(link, set_type("sea move", rule=39))
    assert not is_set_alike(link, set_type("sea move", rule=39, size=0.9))
    assert not is_set_alike(link, set_type("sea move", rule=39, ink=150))
