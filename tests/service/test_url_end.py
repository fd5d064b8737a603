from dataclasses import replace

import pytest

from service.url_end import find_end, first_word, text_of
from tests.service.reading import LINE_HEIGHT, read_line

HOSTS = ("a.org", "sub.a.org", "a.org.uk")


def link_in(text, **spaces):
    symbols = read_line(text, **spaces).symbols
    end = find_end(symbols, line_height=LINE_HEIGHT, is_host=HOSTS.__contains__)
    return text_of(symbols[:end])


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("a.org/x) and", "a.org/x"),
        ("a.org/C_(y)", "a.org/C_(y)"),
        ("a.org/C_(y))", "a.org/C_(y)"),
        ("a.org/x]", "a.org/x"),
        ("a.org/x>.", "a.org/x"),
        ("a.org/x”, he", "a.org/x"),
        ('a.org/x"', "a.org/x"),
    ],
)
def test_a_bracket_or_quote_that_was_opened_before_the_link_ends_it(text, link):
    assert link_in(text) == link


@pytest.mark.parametrize("mark", [".", ",", ";", ":", "!", "?", ").", "'"])
def test_closing_punctuation_is_no_part_of_the_link(mark):
    assert link_in(f"a.org/x{mark}") == "a.org/x"


@pytest.mark.parametrize("text", ["a.org/x,y;z=1", "a.org/?q=1!2", "a.org/x:y"])
def test_punctuation_inside_the_link_stays(text):
    assert link_in(text) == text


def test_a_wide_space_ends_the_link():
    assert link_in("a.org/x shows") == "a.org/x"


def test_a_narrow_space_does_not():
    assert link_in("a.org/abc␣def") == "a.org/abc def"


def test_a_narrow_space_before_a_word_of_prose_does():
    assert link_in("a.org/abc␣with") == "a.org/abc"


def test_a_space_beside_a_dot_has_to_be_wider():
    assert link_in("a.org/abc .def") == "a.org/abc .def"
    assert link_in("a.org/abc .def", space_px=18) == "a.org/abc"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("a.org/x/␣(accessed 24 May)", "a.org/x/"),
        ("a.org/x/(accessed 24 May)", "a.org/x/"),
        ("a.org/C_␣(y) and", "a.org/C_␣(y)"),
        ("a.org/C_(two", "a.org/C_(two"),
    ],
)
def test_a_bracket_that_is_closed_behind_the_link_is_none_of_it(text, link):
    assert link_in(text) == link.replace("␣", " ")


def test_a_sentence_ends_behind_the_name_of_a_file():
    assert link_in("a.org/x.png. as it") == "a.org/x.png"
    assert link_in("a.org/x. red it") == "a.org/x. red"


def test_a_full_stop_before_a_capital_ends_the_link():
    assert link_in("a.org/abc. Then") == "a.org/abc"


def test_a_colon_between_two_spaces_is_no_end():
    assert link_in("a.org/Abc : Def", space_px=NARROW) == "a.org/Abc : Def"


NARROW = 9.0


def test_no_link_ends_with_an_underscore():
    assert link_in("a.org/abc_ def", space_px=17) == "a.org/abc_ def"


def test_a_file_ending_after_a_lost_dot_goes_on():
    assert link_in("a.org/abc html") == "a.org/abc html"


def test_digits_are_not_parted_by_the_width_of_a_one():
    assert link_in("a.org/191 106") == "a.org/191 106"


def test_the_host_decides_where_only_one_side_makes_sense():
    assert link_in("a org/x") == "a org/x"
    assert link_in("a.org␣zz") == "a.org"


def test_a_line_of_nothing_has_no_link():
    assert link_in("") == ""
    assert link_in("...") == ""


def test_the_first_word_holds_its_false_spaces():
    line = read_line("Removing␣Trends is")
    assert text_of(first_word(line, line_height=LINE_HEIGHT)) == "Removing Trends"
    cut = replace(line, symbols=line.symbols[:4])
    assert text_of(first_word(cut, line_height=LINE_HEIGHT)) == "Remo"


def test_a_reader_that_parts_words_is_believed():
    line = replace(read_line("a.org/x␣y z"), parts_words=True)
    assert text_of(first_word(line, line_height=LINE_HEIGHT)) == "a.org/x"
    end = find_end(
        line.symbols, line_height=LINE_HEIGHT, is_host=HOSTS.__contains__, parts_words=True
    )
    assert text_of(line.symbols[:end]) == "a.org/x"
    assert link_in("a.org/x␣y z") != "a.org/x"


def test_a_space_that_the_reader_doubts_is_judged_by_its_width():
    symbols = [
        one._replace(confidence=0.8) if one.text == " " else one
        for one in read_line("a.org/x␣y z").symbols
    ]
    end = find_end(symbols, line_height=LINE_HEIGHT, is_host=HOSTS.__contains__, parts_words=True)
    assert text_of(symbols[:end]) == "a.org/x y"
