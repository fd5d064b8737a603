import pytest

from service.records import Repair
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
    assert parse("https://keras.ioo/x").confidence < 0.5


def test_trust_lowers_the_confidence_and_nothing_else():
    reading = parse("https://keras.io/abc")
    halved = reading.trusted(0.5)
    assert halved.confidence == pytest.approx(0.475)
    assert (halved.text, halved.symbols) == (reading.text, reading.symbols)


@pytest.mark.parametrize("line", ["https://", "https://-", "https://a b", "https://©"])
def test_a_scheme_without_a_host_has_no_confidence(line):
    assert parse(line).confidence < 0.5


@pytest.mark.parametrize("line", ["", "plain words of prose", "C://", "x"])
def test_prose_is_no_link(line):
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("https://keras.io/api", True),
        ("https://keras.io/index.", True),
        ("https://keras.io/api)", False),
        ("https://keras.io/api, and", False),
        ("https://keras.io/api with", False),
    ],
)
def test_a_link_is_open_while_nothing_but_a_full_stop_follows(line, is_open):
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
