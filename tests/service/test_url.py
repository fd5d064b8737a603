from dataclasses import replace

import pytest

from service.records import Alternative, Repair, TextLine
from service.url import UrlParser, host_of
from tests.service.reading import LINE_HEIGHT, NARROW_PX, read_line

PARSER = UrlParser()


def parse(text, label="https", **reading):
    return PARSER.parse_line(read_line(text, **reading), label=label, line_height=LINE_HEIGHT)


@pytest.mark.parametrize(
    "url",
    [
        "https://t.co/abc",
        "https://x.com/abc",
        "https://foo.technology/x",
        "http://192.168.0.1:8080/x",
        "https://en.wikipedia.org/wiki/C_(programming_language)",
        "https://example.com/x,y;z=1",
        "https://bit.ly/3lI0O1q",
        "https://example.com/~user/a%20b?q=1&r=2#top",
        "ftp://ftp.gnu.org/gnu",
        "tcp://broker.example.org:1883",
        "http://[2001:db8::1]:8080/x",
        "https://me:secret@example.org:80/x",
        "https://keras.io",
        "https://keras.io/",
        "HTTPS://KERAS.IO/API",
    ],
)
def test_a_link_read_right_is_given_as_it_is_printed(url):
    reading = parse(url)
    assert (reading.text, reading.raw, reading.repairs) == (url, url, ())
    assert reading.confidence == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("https://keras.io/). It", "https://keras.io/"),
        ("(https://keras.io/)", "https://keras.io/"),
        ("<http://a.org/c>.", "http://a.org/c"),
        ("https://keras.io/guides and", "https://keras.io/guides"),
        ("https://keras.io, and", "https://keras.io"),
    ],
)
def test_what_stands_round_a_link_is_left_out(line, url):
    reading = parse(line)
    assert reading.text == url
    assert reading.raw == url


def test_a_link_without_scheme_gets_one():
    reading = parse("www.debian.org", "www")
    assert reading.text == "https://www.debian.org"
    assert reading.scheme == "https"
    assert reading.repairs == (Repair("www.debian.org", "https://www.debian.org", "scheme added"),)


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("www debian.org/a", "https://www.debian.org/a"),
        ("www cool", None),
        ("www cool and more. Of it", None),
    ],
)
def test_www_without_its_point_begins_a_host_only_where_that_has_others(line, url):
    reading = parse(line, "www")
    assert (reading.text if reading else None) == url


def test_a_damaged_scheme_is_repaired_and_told():
    reading = parse("htlps:l/keras.io")
    assert reading.text == "https://keras.io"
    assert reading.raw == "htlps:l/keras.io"
    assert reading.repairs == (Repair("htlps:l/", "https://", "scheme"),)


def test_false_spaces_go_and_are_told():
    reading = parse("https://keras. io/api /x", space_px=NARROW_PX)
    assert reading.text == "https://keras.io/api/x"
    assert [repair.reason for repair in reading.repairs] == ["spaces", "spaces"]


@pytest.mark.parametrize(
    ("read", "url"),
    [
        ("https://a.org/ﬁle", "https://a.org/file"),
        ("https://a.org/x—y", "https://a.org/x-y"),
        ("https://keras.io/index.htm1", "https://keras.io/index.html"),
        ("https://www-keras.io/", "https://www.keras.io/"),
        ("http://keras.io:8o8O/x", "http://keras.io:8080/x"),
        ("http://l92.168.0.1:80/x", "http://192.168.0.1:80/x"),
    ],
)
def test_look_alikes_become_what_was_printed(read, url):
    reading = parse(read)
    assert reading.text == url
    assert reading.raw == read
    assert reading.repairs


def test_one_doubtful_character_makes_the_link_doubtful():
    line = read_line("https://keras.io/abc")
    symbols = [*line.symbols[:-1], line.symbols[-1].__class__("c", 0.2, 190, 199)]
    doubtful = PARSER.parse_line(
        line.__class__(line.text, 0.9, tuple(symbols)), label="https", line_height=LINE_HEIGHT
    )
    assert doubtful.confidence < 0.6


def test_an_unknown_suffix_is_not_trusted():
    assert parse("https://keras.ioo/x").rated(0.9).confidence < 0.5


def doubt(text, **others):
    """Return the line with an alternative for the last of each letter that `others` names."""
    symbols = list(read_line(text, confidence=0.6).symbols)
    for letter, (other, chance) in others.items():
        place = max(at for at, symbol in enumerate(symbols) if symbol.text == letter)
        symbols[place] = symbols[place]._replace(alternatives=(Alternative(other, chance),))
    return TextLine(text, 0.6, tuple(symbols))


def choose(line):
    return PARSER.parse_line(line, label="https", line_height=LINE_HEIGHT)


def test_what_the_line_may_hold_as_well_comes_with_its_chance():
    reading = choose(doubt("https://keras.io/abc", b=("h", 0.3), c=("", 0.06)))
    assert reading.text == "https://keras.io/abc"
    assert [text for text, _ in reading.others] == [
        "https://keras.io/ahc",
        "https://keras.io/ab",
        "https://keras.io/ah",
    ]
    assert [chance for _, chance in reading.others] == pytest.approx([0.5, 0.1, 0.05])


def test_a_spelling_that_makes_a_host_is_taken_and_told():
    reading = choose(doubt("https://keras.xo/abc", x=("i", 0.3)))
    assert (reading.text, reading.raw) == ("https://keras.io/abc", "https://keras.xo/abc")
    assert reading.repairs == (
        Repair("https://keras.xo/abc", "https://keras.io/abc", "second choice of the reader"),
    )
    assert reading.others[0][0] == "https://keras.xo/abc"


def test_a_bar_is_a_slash_where_that_is_possible_at_all():
    reading = choose(doubt("https://keras.io/v3.2|2265", **{"|": ("/", 0.02)}))
    assert reading.text == "https://keras.io/v3.2/2265"
    assert choose(read_line("https://keras.io/a|b")).text == "https://keras.io/a|b"


def test_a_spelling_without_a_second_fragment_is_taken():
    reading = choose(doubt("https://keras.io/a##3", **{"#": ("", 0.1)}))
    assert reading.text == "https://keras.io/a#3"
    assert choose(read_line("https://keras.io/a##3")).text == "https://keras.io/a##3"


@pytest.mark.parametrize(
    ("read", "doubts", "url"),
    [
        ("a%2Ob", {"O": ("0", 0.1)}, "a%20b"),
        ("a%2", {"2": ("Z", 0.1)}, "a%2"),
        ("a%2Ob", {}, "a%2Ob"),
    ],
)
def test_behind_a_percent_sign_stand_two_digits(read, doubts, url):
    assert choose(doubt(f"https://keras.io/{read}", **doubts)).text == f"https://keras.io/{url}"


def test_a_bracket_in_the_middle_of_a_word_is_hardly_one():
    assert choose(doubt("https://keras.io/aL]hY", **{"]": ("J", 0.1)})).text.endswith("/aLJhY")
    assert choose(doubt("https://keras.io/aL] h", **{"]": ("J", 0.1)})).text.endswith("/aL")


@pytest.mark.parametrize(
    ("text", "others", "confidence"),
    [
        # What the doubt leaves the same is sure: the space in the host goes either way.
        ("https://keras.io", {"s": ("s ", 0.4)}, 1.0),
        # A host that is none is hardly meant.
        ("https://keras.io", {"s": ("/", 0.4)}, 1.0),
        ("https://keras.io", {"s": ("z", 0.4)}, 0.6),
        ("https://keras.io", {"s": ("z", 0.1)}, 0.6),
        # The second choice that is taken is as sure as what is left of the first.
        ("https://keras.xo", {"x": ("i", 0.3)}, 0.7),
        ("https://keras.io/abc", {"a": ("e", 0.4)}, 0.6),
    ],
)
def test_a_link_is_as_sure_as_what_else_its_line_may_mean_leaves_it(text, others, confidence):
    line = doubt(text, **others)
    sure = tuple(
        symbol if symbol.alternatives else symbol._replace(confidence=1.0)
        for symbol in line.symbols
    )
    reading = choose(replace(line, symbols=sure))
    least = 2 * reading.confidence - 1.0
    assert least == pytest.approx(confidence, abs=0.1)


def test_a_capital_o_in_small_letters_is_a_zero_where_it_may_be_one():
    assert choose(doubt("https://kerOs.io/", O=("0", 0.3))).text == "https://ker0s.io/"
    assert choose(doubt("https://keros.io/", o=("0", 0.3))).text == "https://keros.io/"
    assert choose(doubt("https://keras.io/aOf3b10c", O=("0", 0.1))).text.endswith("/a0f3b10c")
    assert choose(doubt("https://keras.io/aOF3B10c", O=("0", 0.1))).text.endswith("/aOF3B10c")
    assert choose(doubt("https://keras.io/O", O=("0", 0.3))).text == "https://keras.io/O"


def test_a_zero_within_a_word_of_a_path_is_an_o_where_it_may_be_one():
    assert choose(doubt("https://keras.io/D0CS/", **{"0": ("O", 0.3)})).text.endswith("/DOCS/")
    assert choose(doubt("https://keras.io/d0cs/", **{"0": ("o", 0.3)})).text.endswith("/docs/")
    assert choose(doubt("https://keras.io/d0Cs/", **{"0": ("O", 0.3)})).text.endswith("/d0Cs/")


@pytest.mark.parametrize(
    ("read", "url"),
    [
        ("www.KERAS.IO/API", "https://WWW.KERAS.IO/API"),
        ("WWW.keras.io", "https://WWW.keras.io"),
        ("www.keras.io/API", "https://www.keras.io/API"),
    ],
)
def test_www_is_in_the_case_of_its_host(read, url):
    assert parse(read, label="www").text == url


def test_a_doubt_behind_the_link_is_none_of_its_readings():
    assert choose(doubt("https://keras.io/abc with x", x=("y", 0.3))).others == ()


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("https://keras.io/abc", "https"),
        ("htlps:l/www-keras.io/index.htm1", "https"),
        ("(http: //keras. io/api /x).", "http"),
        ("www. debian .org/a.", "www"),
        ("https://a.org/ﬁle—x", "https"),
        ("HTTPS://KERAS,IO/API", "https"),
    ],
)
def test_the_repairs_lead_from_what_was_read_to_the_url(line, label):
    reading = parse(line, label, space_px=NARROW_PX)
    text = reading.raw
    for repair in reading.repairs:
        assert repair.before in text
        text = text.replace(repair.before, repair.after, 1)
    assert text == reading.text


@pytest.mark.parametrize(
    ("url", "is_ip", "has_credentials"),
    [
        ("https://keras.io/a@b", False, False),
        ("https://me@keras.io/x", False, True),
        ("http://192.168.0.1/x", True, False),
    ],
)
def test_addresses_and_user_names_are_told(url, is_ip, has_credentials):
    host = parse(url).host
    assert (host.is_ip, host.has_credentials) == (is_ip, has_credentials)


@pytest.mark.parametrize(
    ("line", "is_whole"),
    [
        ("https://www.keras", False),
        ("https://www.keras.io", True),
        ("https://keras/x", True),
        ("https://localhost", True),
    ],
)
def test_a_host_that_nobody_knows_may_lack_its_end(line, is_whole):
    assert parse(line).has_whole_host is is_whole


@pytest.mark.parametrize(
    ("line", "other", "ends_before"),
    [
        ("https://a.org/x more of it", "https://a.org/xmore", True),
        ("https://A.org/x.html HP/UX of it", "https://a.org/x.htmlHP/UX", True),
        ("https://a.org/x more of it", "https://a.org/x", False),
        ("https://a.org/x more of it", "https://a.org/ymore", False),
        ("https://a.org/x", "https://a.org/xmore", False),
        ("https://a.org/x de/~more/of", "https://a.org/xde/~more/of", False),
    ],
)
def test_a_link_ends_before_one_that_has_the_next_word_as_well(line, other, ends_before):
    assert parse(line).ends_before(parse(other).meaning) is ends_before


def test_scheme_and_host_mean_the_same_in_any_case():
    assert parse("HTTPS://KERAS.io/Api").meaning == "https://keras.io/Api"
    assert parse("https://keras.io?Q").meaning == "https://keras.io?Q"


def test_rating_changes_the_confidence_and_nothing_else():
    reading = parse("https://keras.io/abc")
    halved = reading.rated(0.475)
    assert halved.confidence == pytest.approx(0.475)
    assert (halved.text, halved.symbols) == (reading.text, reading.symbols)


@pytest.mark.parametrize("line", ["https://", "https://-", "https://a b", "https://©"])
def test_a_scheme_without_a_host_has_little_confidence(line):
    assert parse(line).rated(0.9).confidence < 0.5


@pytest.mark.parametrize("line", ["", "plain words of prose", "C://", "x"])
def test_prose_is_no_link(line):
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("https://keras.io/api", True),
        ("https://keras.io/index.", True),
        ("https://keras.io/list?", True),
        ("https://keras.io:", True),
        ("https://keras.io/api)", False),
        ("https://keras.io/api, and", False),
        ("https://keras.io/api with", False),
    ],
)
def test_a_link_is_open_while_nothing_but_a_stop_follows(line, is_open):
    assert parse(line).is_open is is_open


def test_an_open_link_keeps_the_full_stop_for_the_next_line():
    assert parse("https://keras.io/index.").open_text == "https://keras.io/index."
    assert parse("https://keras.io/index.").text == "https://keras.io/index"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://keras.io:80/x", "keras.io"),
        ("https://me@keras.io/x", "keras.io"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("https://Keras.IO", "Keras.IO"),
        ("gopher://keras.io", None),
        ("https:///x", None),
        ("https://a.org:99999", None),
        ("https://a.org/<x>", None),
    ],
)
def test_the_host_is_read_as_printed_or_the_url_refused(url, host):
    assert host_of(url) == host
