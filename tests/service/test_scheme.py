import pytest

from service.scheme import find_scheme
from tests.service.reading import read_line


def scheme_of(text, label="https"):
    return find_scheme(read_line(text).symbols, label)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("https://a.org", "https"),
        ("http://a.org", "http"),
        ("ftp://a.org", "ftp"),
        ("tcp://a.org", "tcp"),
        ("www.a.org", "www"),
        ("HTTPS://A.ORG", "https"),
    ],
)
def test_a_scheme_read_to_the_letter_stands(text, label):
    anchor = scheme_of(text, label)
    assert anchor.label == label
    assert text[anchor.end :].lower() == "a.org"


def test_what_was_read_to_the_letter_beats_the_detector():
    assert scheme_of("http://a.org", "https").label == "http"


@pytest.mark.parametrize(
    "text", ["htlps:l/a.org", "hitps://a.org", "https:/a.org", "nttps//a.org", "Attps:/Ja.org"]
)
def test_a_damaged_scheme_ends_where_the_host_starts(text):
    anchor = scheme_of(text)
    assert anchor.label == "https"
    assert text[anchor.end :] == "a.org"


def test_an_opening_bracket_stands_before_the_scheme():
    assert scheme_of("(https://a.org")[1:] == (1, 9)


@pytest.mark.parametrize("text", ["", "h", "hops are a plant", "the quick brown fox", "TCP/IP"])
def test_prose_has_no_scheme(text):
    assert scheme_of(text) is None


@pytest.mark.parametrize("text", ["ftp.example.org/x", "https.example.org", "tcp.example.org"])
def test_a_host_may_begin_like_a_scheme(text):
    assert scheme_of(text) is None
