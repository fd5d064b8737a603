import pytest

from service.records import Alternative, Symbol
from service.spelling import list_spellings, settle_doubts


def line(text, **others):
    """Letters 10 px wide; `others` gives the alternatives of the letter that names it."""
    return [
        Symbol(one, 0.6 if one in others else 1.0, 10 * place, 10 * place + 10, others.get(one, ()))
        for place, one in enumerate(text)
    ]


def texts_of(symbols, places=range(9)):
    return [
        ("".join(one.text for one in spelling.symbols), round(spelling.chance, 3))
        for spelling in list_spellings(symbols, places)
    ]


def test_a_line_without_doubt_has_one_spelling():
    assert texts_of(line("abc")) == [("abc", 1)]


def test_the_likeliest_come_first_and_doubts_multiply():
    doubtful = line("abc", a=(Alternative("o", 0.3),), c=(Alternative("e", 0.12),))
    assert texts_of(doubtful) == [("abc", 1), ("obc", 0.5), ("abe", 0.2), ("obe", 0.1)]


def test_a_character_may_be_missing_or_one_too_many():
    assert texts_of(line("abc", b=(Alternative("", 0.3),))) == [("abc", 1), ("ac", 0.5)]
    assert texts_of(line("abc", b=(Alternative("b.", 0.3),))) == [("abc", 1), ("ab.c", 0.5)]


def test_two_characters_may_be_one_and_the_space_between_them_goes():
    read = line("xr ny", r=(Alternative("m", 0.18, 2),))
    assert texts_of(read) == [("xr ny", 1), ("xmy", 0.5)]
    spelled = list_spellings(read, range(5))[1].symbols
    assert (spelled[1].left, spelled[1].right) == (10, 40)
    assert spelled[1].confidence == pytest.approx(0.18)


def test_a_space_that_was_read_is_one_of_the_characters_that_may_be_others():
    read = [*line("x"), Symbol(" ", 0.6, 10, 20, (Alternative(".n", 0.18, 2),)), *line("ny")]
    spelled = list_spellings(read, range(4), parts_words=True)[1]
    assert "".join(one.text for one in spelled.symbols) == "x.ny"


@pytest.mark.parametrize("parts_words", [True, False])
def test_a_doubtful_space_at_the_end_may_be_nothing(parts_words):
    read = [*line("ab"), Symbol(" ", 0.6, 20, 30, (Alternative("", 0.3),))]
    spelled = list_spellings(read, range(3), parts_words=parts_words)
    assert ["".join(one.text for one in spelling.symbols) for spelling in spelled] == ["ab ", "ab"]


def test_new_characters_share_the_place_of_the_old_ones():
    spelled = list_spellings(line("m", m=(Alternative("rn", 0.25),)), range(1))[1].symbols
    assert [(one.text, one.left, one.right) for one in spelled] == [("r", 0, 5), ("n", 5, 10)]
    assert [one.confidence for one in spelled] == [0.5, 0.5]


def test_what_lies_elsewhere_is_taken_as_read():
    doubtful = line("abc", a=(Alternative("o", 0.3),), c=(Alternative("e", 0.3),))
    assert texts_of(doubtful, range(1)) == [("abc", 1), ("obc", 0.5)]


def test_the_unlikely_and_the_many_are_left_out():
    unlikely = line("abc", a=(Alternative("o", 0.002),))
    assert texts_of(unlikely) == [("abc", 1)]
    many = line("a", a=tuple(Alternative(str(digit), 0.03) for digit in range(9)))
    assert len(texts_of(many)) == 6


def settle(symbols, meanings, best=0):
    """Settle the doubts of a spelling; `meanings` has how likely each one is, None for the same."""
    spellings = list_spellings(symbols, range(9), parts_words=True)
    others = [
        (one, meanings.get("".join(symbol.text for symbol in one.symbols), 1.0))
        for one in spellings
    ]
    settled = settle_doubts(symbols, spellings[best], others, parts_words=True)
    return [(symbol.text, round(symbol.confidence, 3)) for symbol in settled]


def test_what_means_the_same_adds_to_how_sure_a_character_is():
    doubtful = line("abc", b=(Alternative("d", 0.3), Alternative("", 0.06)))
    assert settle(doubtful, {"abc": None, "adc": None}) == [("a", 1.0), ("b", 0.9), ("c", 1.0)]


def test_what_can_hardly_be_meant_leaves_its_chance_to_the_rest():
    doubtful = line("abc", b=(Alternative("d", 0.3), Alternative("", 0.1)))
    settled = settle(doubtful, {"abc": None, "adc": 0.0})
    assert settled[1] == ("b", round(0.6 / 0.7, 3))


def test_doubts_that_change_the_meaning_stay():
    doubtful = line("abc", b=(Alternative("d", 0.3),))
    assert settle(doubtful, {"abc": None}) == [("a", 1.0), ("b", 0.6), ("c", 1.0)]


def test_the_second_choice_is_settled_like_the_first():
    doubtful = line("abc", b=(Alternative("dd", 0.36),))
    settled = settle(doubtful, {"abc": 0.1, "addc": None}, best=1)
    # Each of two characters has the root of what both have.
    assert [text for text, _ in settled] == ["a", "d", "d", "c"]
    assert (
        settled[1][1] == settled[2][1] == pytest.approx((0.36 / (1 - 0.6 * 0.9)) ** 0.5, abs=1e-3)
    )


def test_several_characters_of_one_doubt_share_it_and_a_space_keeps_its_own():
    read = [*line("x"), *line("r", r=(Alternative("m", 0.18, 3),)), *line(" n")]
    read[2] = read[2]._replace(confidence=0.5)
    settled = settle(read, {"xr n": None, "xm": None})
    assert settled[2] == (" ", 0.5)
    assert settled[1][1] == pytest.approx((0.6**3 + 0.18) ** (1 / 3), abs=1e-3)
