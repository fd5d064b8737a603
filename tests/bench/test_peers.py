"""Whole pages are searched kindly, and everybody is held against the same truth."""

import numpy as np
import pytest

from bench.peers import Score, pick_links
from bench.strips import TrueFrame
from service.records import Frame

WHOLE = [[[10, 10], [90, 10], [90, 20], [10, 20]]]


def annotate(url: str, **facts) -> dict:
    return {"url": url, "polygons": WHOLE, "iscrowd": 0} | facts


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a, or", {"https://example.org/a"}),
        ("(www.example.org).", {"https://www.example.org"}),
        (
            "<ftp://example.org/x> and tcp://a.example:80",
            {"ftp://example.org/x", "tcp://a.example:80"},
        ),
        ("https: //example.org", set()),
        ("no link at all", set()),
    ],
)
def test_links_are_picked_out_of_a_page(text, links):
    assert pick_links(text) == links


def test_links_that_nobody_could_give_count_for_nobody():
    cut = annotate("https://example.org/cut", polygons=[[[0, 10], [90, 10], [90, 20], [0, 20]]])
    links = [annotate("https://example.org/a"), annotate("www.example.org/b"), cut]
    faint = annotate("https://example.org/faint", iscrowd=1)
    frame = TrueFrame(Frame(np.zeros((100, 100, 3), np.uint8)), "a.png", [*links, faint])
    score = Score()
    score.note(frame, ["https://example.org/a", "https://example.org/cut", "https://x.org"], 5.0)
    assert (score.asked, score.found, score.given, score.right) == (2, 1, 2, 1)
    assert score.render("one").split() == ["one", "0.500", "0.500", "5", "5"]


def test_others_are_compared_frame_by_frame():
    ours, other = Score(ms=[10.0, 20.0, 100.0]), Score(ms=[100.0, 100.0, 100.0])
    told = other.compare(ours, "whole pages")
    assert told.startswith("whole pages takes 5.0 times as long as printlink over HTTP")
    assert "2.3 over all" in told
