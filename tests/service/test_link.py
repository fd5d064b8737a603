from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from service.link import End, Piece, make_link
from service.records import Box, Point, Strip
from service.url import UrlParser
from tests.service.fakes import PREFIX
from tests.service.reading import LINE_HEIGHT, read_line


class FakeLine(SimpleNamespace):
    """A strip that lies in the frame as it is, at `top`."""

    def outline(self, left, right):
        below = self.top + LINE_HEIGHT
        return (
            Point(left, self.top),
            Point(right, self.top),
            Point(right, below),
            Point(left, below),
        )


def lay_line(top):
    return FakeLine(strip=Strip(np.full((40, 900), 255, np.uint8), ()), top=top)


def read(text):
    return UrlParser().parse_line(read_line(text), label="https", line_height=LINE_HEIGHT)


def test_a_link_lies_where_its_symbols_do():
    link = make_link(
        PREFIX, read("https://keras.io/a b"), [Piece(lay_line(100), 0)], first=None, end=End()
    )
    assert (link.url, link.raw) == ("https://keras.io/a", "https://keras.io/a")
    assert link.box == Box(0, 100, 187, 140)
    assert [line.text for line in link.lines] == ["https://keras.io/a"]
    assert link.alternatives == ()


def test_a_joined_link_may_be_its_first_line():
    first, whole = read("https://keras.io/"), read("https://keras.io/guides")
    pieces = [Piece(lay_line(100), 0), Piece(lay_line(150), len(first.line_symbols))]
    link = make_link(PREFIX, whole.rated(0.8), pieces, first=first, end=End())
    assert [line.text for line in link.lines] == ["https://keras.io/", "guides"]
    (other,) = link.alternatives
    assert (other.url, other.reason) == ("https://keras.io/", "one line")
    assert other.confidence == pytest.approx(0.2)


def test_other_readings_are_ranked_and_leave_the_link_its_share():
    reading = read("https://keras.io/abc").rated(0.7)
    others = (("https://keras.io/ahc", 0.1), ("https://keras.io/abe", 0.9))
    reading = replace(reading, others=others)
    link = make_link(PREFIX, reading, [Piece(lay_line(100), 0)], first=reading, end=End())
    assert [other.url for other in link.alternatives] == [
        "https://keras.io/abe",
        "https://keras.io/ahc",
    ]
    assert [other.confidence for other in link.alternatives] == pytest.approx([0.3, 0.05])
    assert {other.reason for other in link.alternatives} == {"other reading"}
