import pytest

from service.host import HostChecker
from service.records import Symbol, TextLine
from service.wrap import (
    drop_bars,
    is_continued,
    is_title,
    is_unfinished,
    may_be_part,
    may_go_on,
    opens_bracket,
    rate_end,
    rate_unseen_end,
    starts_whole,
)

IS_HOST = HostChecker().is_plausible


CONTINUED = [
    ("https://a.org/guide/", "chapter/three.html"),
    ("https://a.org/guide/", "three/"),
    ("https://a.org/guide/", "three)."),
    ("https://a.org/guide/", "ThreeWays"),
    ("https://a.org/index.", "html"),
    ("https://a.org/index.", "html)"),
    ("https://a.org/list?p=x.", "git;a=snapshot"),
    ("https://a.org/my-", "guide"),
    ("https://a.org/s3_", "region"),
    ("https://a.org/?q=", "two"),
    ("https://a.org/guide", "/three"),
    ("https://a.org/guide", "?p=3"),
    ("https://a.org", "/~granola/"),
    ("https://", "example.org/x"),
    ("https://www.", "example.org"),
    ("https://www.my-", "example.org)"),
    ("https://git.", "example.org:5000/"),
    ("https://lists.", "some-"),
    ("https://www.e7q", ".br/"),
    ("https://a.org/guide/", "~granola/x"),
    ("https://a.org/guide/", "#three"),
    ("https://a.org/guide/", "three/~granola"),
    ("https://a.org/guide/", "three>"),
    ("https://a.org/guide/", "three]."),
    ("https://a.org/guide_(one)", "/three"),
    ("https://a.org/gui", "de/three/"),
    ("https://a.org/gui", "des/"),
    ("https://a.org/gui", "de/page-three"),
    ("https://a.org/gui", "de?p=3&q=5"),
    ("https://a.org/gui", "de.html,"),
    ("https://exam", "ple.org/guide"),
    ("https://git.exam", "ple.org"),
    ("https://a.org/list?", "p=3"),
    ("https://a.org:", "8080/x"),
    ("https://a.org/list?p=3", "&q=5"),
    ("https://a.org/three.txt.", "gz"),
    ("https://a.org/wiki/", "C_(language)"),
    ("https://a.org/v8", ".1"),
    ("https://a.org/wiki/C_", "(language)/2/"),
    ("https://a.org/wiki/C", "_(language)"),
    ("https://a.org", ":8080/three"),
    ("https://10.0.0.1", ":8080)."),
    ("https://a.org/guide/", "?p=3"),
    ("https://a.org/guide", "/?p=3"),
    ("https://a.org/gui?la", "ng=de"),
    ("https://a.org/one%20", "two"),
    ("https://a.org/gui", "de/three"),
    ("https://a.co", "m/three"),
    ("https://a.org/gui", "de#three"),
    ("https://a.org/guide/", "12/"),
    ("https://a.org/guide/", "12/05/"),
    ("https://a.org/guide.p", "hp>."),
    ("https://a.org/guide.ht", "ml"),
    ("tcp://", "www.example.org:3000/"),
    ("https://a.org/guide/", "ruby-golden-rules"),
    ("https://a.org/guide/", "how-to-do-it-by-hand."),
    ("https://a.org/v2.", "16"),
    ("https://a.org/2.", "16/three"),
    ("https://a.org/guide.j", "son"),
    ("https://a.org/gui", "e.cgi"),
    ("http://localhost:50", "00"),
    ("http://localhost:5", "oo0/guide"),
    ("https://a.org/guide.", 'json"'),
    ("https://a.org/gui", "de.json)."),
    ("https://docs.example.co.", "uk,"),
]


@pytest.mark.parametrize(("first", "token"), CONTINUED)
def test_a_link_goes_on_where_something_shows_it(first, token):
    assert is_continued(first, token, IS_HOST)


@pytest.mark.parametrize(
    ("first", "token"),
    [
        ("https://a.org/guide/", "for"),
        ("https://a.org/guide/", "and/or"),
        ("https://a.org/guide/", "e.g."),
        ("https://a.org/guide/", "The"),
        ("https://a.org/guide/", "9.0"),
        ("https://a.org/guide/", "https://b.org"),
        ("https://a.org/guide/", "(www.b.org)"),
        ("https://a.org/guide/", "Ctp://www.b.org/guide/"),
        ("https://a.org/guide/", "me@b.org"),
        ("https://a.org/guide.", "They"),
        ("https://a.org/guide.", "fill/"),
        ("https://a.org/guide.", "=x/"),
        ("https://a.org/guide", "three"),
        ("https://a.org/guide", "-"),
        ("https://a.org/guide/", ""),
        ("https://a.org/guide/", ")."),
        ("https://", "prose"),
        ("https://a.org/guide", "TCP/IP"),
        ("https://a.org/guide", "and/or"),
        ("https://a.org/guide", "node.js"),
        ("http://localhost:80", "80"),
        ("http://localhost:50", "pages"),
        ("http://localhost:5000", "00"),
        ("https://a.org/guide", "page.json"),
        ("https://a.org/guide/", "json"),
        ("https://a.org/guide", "12/05/2011"),
        ("https://a.org/guide", "•https://b.org/x/y/"),
        ("https://a.org", "de/three/"),
        ("https://a.org/guide.html", "de/three/"),
        ("https://a.org/guide.html.", "v2.9"),
        ("https://a.org/guide.html", ".three"),
        ("https://a.org/guide", "=three"),
        ("https://a.org/guide", "/A"),
        ("https://a.org/guide/", "~3"),
        ("https://a.org/guide?", "Three"),
        ("https://a.org/guide:", "three"),
        ("https://a.org/guide:", "8080/x"),
        ("https://a.org/guide", 'src="de/three/"'),
        ("https://a.org:", "three"),
        ("https://a.org/guide", ":8080/three"),
        ("https://a.org", ":three"),
        ("https://a.org/guide/", "?"),
        ("https://a.org/guide/", "?three"),
        ("https://a.org/guide", "he/she"),
        ("https://a.org/guide.p", "hpa"),
        ("https://a.org/guide.ph", "p"),
        ("https://a.org/2.", "16"),
        ("https://a.org/guide/", "up-to-date"),
        ("https://a.org/guide/", "state-of-the-art"),
        ("https://a.org/guide/", "12-May-2011"),
        ("https://a.org/guide/", "eighty-mill"),
        ("https://a.org/guide/", "three-golden-"),
        ("https://a.org/guide", "ruby-golden-rules"),
        ("https://a.org/v2.", "Three"),
        ("https://a.org/", "www.example.org"),
        ("https://", "www.example.org/http://b.org"),
        ("https://a.org", "three/four"),
        ("https://a.org/guide/", "12"),
        ("https://a.org/guide/", "12/05"),
        ("https://a.org/wiki_", "("),
        ("https://a.org/%C3%A9", "three"),
        ("https://docs.example.co.", "three"),
        ("https://docs.example.co.", "Uk"),
        ("https://docs.example.org.", "in"),
        ("https://docs.example.org.", "study"),
        ("https://a.org", "/www.b.org/three"),
        ("https://a.co", "b.org/three/four"),
    ],
)
def test_a_link_ends_where_nothing_shows_that_it_goes_on(first, token):
    assert not is_continued(first, token, IS_HOST)


@pytest.mark.parametrize(("first", "token"), CONTINUED)
def test_no_beginning_of_a_continuation_rules_it_out(first, token):
    assert all(may_go_on(first, token[:end], IS_HOST) for end in range(1, len(token) + 1))


@pytest.mark.parametrize(
    ("first", "beginning"),
    [
        ("https://a.org/guide.html", "t"),
        ("https://a.org/x", "("),
        ("https://a.org/x/", ":"),
        ("https://a.org/x", ":"),
        ("https://a.org/x-", "("),
        ("ftp://", ""),
    ],
)
def test_a_beginning_can_rule_a_continuation_out(first, beginning):
    assert not may_go_on(first, beginning, IS_HOST)


@pytest.mark.parametrize(
    ("first", "tokens", "may_be"),
    [
        ("https://a.org/guide/", ["ruler", "Ruler.", "1440", "ruler)."], True),
        ("https://a.org/gui", ["des", "ding)", "des.three"], True),
        (
            "https://a.org/guide/",
            ["the", "Phone:", "[2]", "me@b.org", "3.", "www.b.org", "x"],
            False,
        ),
        ("https://a.org/guide.", ["ruler"], False),
        ("https://a.org/guide.html", ["ruler"], False),
        ("https://a", ["ruler"], False),
        ("https://a.org", ["ruler"], False),
        ("https://a.co", ["m"], False),
        ("https://a.c", ["om"], False),
        ("https://a.co", ["mpany"], True),
        ("http://10.0.0.1", ["ruler.org:", "b.museum"], False),
        ("http://10.0.0.1:5000", ["ruler", "/ruler"], False),
        ("http://10.0.0.1:50", ["00"], True),
    ],
)
def test_what_may_be_a_part_of_a_link_if_it_is_set_alike(first, tokens, may_be):
    assert {token: may_be_part(first, token, IS_HOST) for token in tokens} == dict.fromkeys(
        tokens, may_be
    )


@pytest.mark.parametrize("text", ["https://a.org/s3_", "https://a.org/my-", "https://a.org/?q="])
def test_a_link_cannot_end_with_a_joint(text):
    assert is_unfinished(text)
    assert not is_unfinished(f"{text}x")


@pytest.mark.parametrize(
    ("first", "tokens", "trust"),
    [
        ("https://a.org/guide/", ["ruler", "Ruler", "3.2", "@ruler", "12", ""], 0.55),
        ("https://a.org/guide/", ["The", "and,", "[2]", "(3)", "(accessed", "4."], 0.94),
        (
            "https://a.org/guide/",
            [
                "my",
                "and/or",
                '"three',
                "ruler()",
                "//ruler",
                "CCP4mng:",
                "Tel.",
                "Tel,",
                "me@b.org,",
                "*ruler*",
            ],
            0.94,
        ),
        ("https://a.org/guide/", ["phone:", "Rulers.", 'ruler"'], 0.55),
        ("https://a.org", ["de.three", "three.two"], 0.94),
        ("https://a.org", ["/three", ".uk/three", "de/three.html"], 0.1),
        ("https://a.org/guide", ["ruler", "and/or", "3.2", "me@b.org", "TensorFlow", ""], 0.94),
        ("https://a.org/gui", ["de.html,", "de_two)", "/three", "_two"], 0.1),
        ("https://a.org/guide/", ["https://b.org/x", "(www.b.org)"], 1.0),
        ("https://a.org/guide.", ["ruler"], 1.0),
        ("https://a.org/guide.", ["de/three", "html)"], 0.1),
        ("https://a.org/guide/", ["•", "e", "a"], 1.0),
        ("https://a.org/guide.html", ["de/three", "de_two)"], 0.94),
        ("https://a.org/guide?", ["ruler"], 1.0),
    ],
)
def test_what_stands_below_tells_how_likely_a_link_ends_there(first, tokens, trust):
    assert {token: rate_end(first, token, IS_HOST) for token in tokens} == dict.fromkeys(
        tokens, trust
    )


@pytest.mark.parametrize(
    ("token", "trusts"),
    [
        ("ruler", (0.55, 0.92, 0.95)),
        ("the", (0.94, 0.94, 0.94)),
        ("three/four", (0.1, 0.1, 0.95)),
        (".three/four", (0.1, 0.1, 0.95)),
    ],
)
def test_what_is_set_otherwise_below_is_hardly_a_part(token, trusts):
    def ask(differences):
        return rate_end("https://a.org/guide/", token, IS_HOST, count_differences=differences)

    assert tuple(ask(lambda count=count: count) for count in range(3)) == trusts


def test_how_a_word_is_set_is_not_asked_where_it_says_enough():
    assert rate_end("https://a.org/guide/", "the", IS_HOST, count_differences=pytest.fail) == 0.94


def test_a_link_behind_which_the_next_word_had_room_ends_there():
    def ask(first, token):
        return rate_end(first, token, IS_HOST, has_room=lambda: True)

    assert ask("https://a.org/guide/", "ruler") == 0.97
    assert ask("https://a.org/guide/", "the") == 0.94
    assert ask("https://a.org/guide/", "three/four") == 0.1


def test_a_link_above_a_word_that_is_set_as_the_text_is_ends_there():
    def ask(first, token):
        return rate_end(first, token, IS_HOST, is_set_as_text=lambda: True)

    assert ask("https://a.org/guide/", "ruler") == 0.97
    assert ask("https://a.org/guide/", "three/four") == 0.1
    assert rate_end("https://a.org/guide/", "the", IS_HOST, is_set_as_text=pytest.fail) == 0.94


@pytest.mark.parametrize(
    ("text", "is_line_of_names"),
    [
        ("Leaked Tarl Attachment Mundi", True),
        ("Ruler of the North-Sea", True),
        ("Ruler, Ann O'Neill", True),
        ("Ruler Ann", False),
        ("Ruler stands below it", False),
        ("ruler Ann Neill", False),
        ("Ruler3 Ann Neill", False),
        ("RULER ANN NEILL", False),
        ("", False),
    ],
)
def test_titles_and_names_begin_with_capitals(text, is_line_of_names):
    assert is_title(text) == is_line_of_names


@pytest.mark.parametrize(
    ("before", "is_bracket"),
    [
        ("see (", True),
        ("<", True),
        ("see (|", True),
        ("( |", False),
        ("[", False),
        ("(a) ", False),
        ("(see", False),
        ("", False),
    ],
)
def test_a_bracket_before_a_link_is_closed_behind_it(before, is_bracket):
    assert opens_bracket(before) == is_bracket


@pytest.mark.parametrize(
    ("first", "trust"),
    [
        ("https://a.org/guide/", 0.55),
        ("https://a.org/guide", 0.55),
        ("https://a.org.", 0.94),
        ("https://a.org", 0.55),
        ("https://bank.co.", 0.55),
        ("https://wiki.ruler.", 0.55),
        ("https://a.org/guide.html", 0.94),
        ("https://a.org/guide.html.", 0.94),
        ("https://a.org/guide/.", 1.0),
        ("https://a.org/guide.", 0.55),
        ("https://a.org/guide#ruler.", 0.94),
        ("https://a.org/guide?page=3.", 0.94),
        ("https://a.org/guide_(x):", 1.0),
    ],
)
def test_where_the_next_line_starts_outside_the_frame_little_tells_how_a_link_ends(first, trust):
    assert rate_unseen_end(first, IS_HOST) == trust


def test_smaller_print_below_tells_that_a_link_ended_wherever_it_starts():
    def ask(first):
        return rate_unseen_end(first, IS_HOST, is_headline=lambda: True)

    assert ask("https://a.org/guide/") == 0.92
    assert ask("https://a.org/guide.html") == 0.94


@pytest.mark.parametrize("token", ["three|;", "|three", "{three", "three\\four", "`three`", "x^2"])
def test_what_has_marks_that_no_link_has_is_no_part_of_one(token):
    assert rate_end("https://a.org/guide/", token, IS_HOST) == 0.94
    assert not may_be_part("https://a.org/guide/", token, IS_HOST)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("|able", "able"),
        ("\\ x|y", "x|y"),
        ("_|png", "png"),
        ("|_x", "_x"),
        ("_x", "_x"),
        ("x", "x"),
    ],
)
def test_a_tables_rule_is_no_part_of_a_link(text, kept):
    line = TextLine(text, 0.9, tuple(Symbol(one, 0.9, 0.0, 1.0) for one in text))
    assert drop_bars(line).text == kept
    assert "".join(symbol.text for symbol in drop_bars(line).symbols) == kept


@pytest.mark.parametrize("token", ["Real", "[3]", "(see", "“Three", "http://a.org"])
def test_a_word_that_begins_as_words_do_has_nothing_before_it(token):
    assert starts_whole(token)


@pytest.mark.parametrize("token", ["eal", "R", "REAL", "(", "3]", "/x"])
def test_what_may_be_a_words_end_may_have_more_before_it(token):
    assert not starts_whole(token)
