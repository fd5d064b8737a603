"""Links count as right where they are what is printed, and not at all where nobody knows."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.confidence import Given, count_right, judge_frame
from bench.strips import TrueFrame
from service.records import Box, Frame, Prefix
from tests.service.fakes import LINK


def find(url="https://keras.io/", *, left=100.0):
    box = Box(left, 50, left + 60, 70)
    return replace(LINK, url=url, confidence=0.95, prefix=Prefix("https", 0.9, box))


def annotate(url="https://keras.io/", *, left=102.0, label="https", crowd=0):
    corners = [[left, 50], [left + 200, 50], [left + 200, 70], [left, 70]]
    place = {"bbox": [left, 50, 60, 20], "polygons": [corners]}
    return {"url": url, "label": label, "iscrowd": crowd, **place}


def judge(link, *annotations):
    frame = Frame(np.zeros((200, 400, 3), np.uint8))
    pipeline = SimpleNamespace(run=lambda *_: SimpleNamespace(links=[link]))
    return [*judge_frame(pipeline, TrueFrame(frame, "page", list(annotations)))]


def test_what_is_printed_there_is_right():
    assert judge(find(), annotate()) == [Given(0.95, is_right=True)]
    assert judge(find("https://www.a.org/"), annotate("www.a.org/", label="www"))[0].is_right


@pytest.mark.parametrize("printed", [annotate("https://keras.io"), annotate(left=200)])
def test_another_link_or_another_place_is_wrong(printed):
    assert judge(find(), printed) == [Given(0.95, is_right=False)]


@pytest.mark.parametrize("printed", [annotate(crowd=1), annotate(left=-1.0)])
def test_what_nobody_can_read_counts_for_nothing(printed):
    assert not judge(find(left=printed["bbox"][0]), printed)


def test_the_share_is_of_those_that_are_sure_enough():
    given = [Given(0.95, is_right=True), Given(0.91, is_right=False), Given(0.6, is_right=False)]
    assert count_right(given, 0.9) == (2, 0.5)
    assert count_right(given, 0.99) == (0, 0.0)
