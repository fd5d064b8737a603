import math
from dataclasses import replace

import numpy as np
import pytest

from service.columns import Gutter, find_gutter, starts_column
from service.expand import Expander, Page
from service.ink import grey_of
from service.records import Frame
from service.settings import ExpandSettings
from service.sketch import add_sketch
from service.tilt import LineStart
from tests.service.printed import LINE_HEIGHT, print_columns

# Spread over the width, these have word spaces of about a line height.
PROSE = [
    "rivers run through prose that",
    "is set in narrow columns and",
    "has few words on each line,",
    "whose spaces are as wide as",
    "they have to be so that both",
    "its sides are straight again",
    "which no reader ever wanted,",
    "but it saves paper and makes",
    "newspapers look as they did",
    "when type was cast from lead",
    "and a compositor filled every",
    "line with what was at hand.",
]
LINK = "found at https://a.org/x"
WIDTH = 400
LEFTS = 70, 490


def with_link(lines, row=5):
    return [*lines[:row], LINK, *lines[row + 1 :]]


def follow(page):
    line = Expander(ExpandSettings()).expand_prefix(Page(page.frame), page.prefixes[0])
    return line.grey, line.course.start, line.course.least_contrast


def distance_to_column(page, left):
    """How far left of its prefix the column begins, before the camera turned the page."""
    grey, start, least_contrast = follow(page)
    gutter = find_gutter(grey, start, least_contrast=least_contrast)
    return gutter and start.x - gutter.along - left


@pytest.mark.parametrize("gutter_px", [16, 20, 30])
def test_a_gutter_may_be_narrower_than_a_word_space(gutter_px):
    lefts = LEFTS[0], LEFTS[0] + WIDTH + gutter_px
    page = print_columns([PROSE, with_link(PROSE)], lefts=lefts, width=WIDTH)
    assert distance_to_column(page, lefts[1]) == pytest.approx(0, abs=0.5 * LINE_HEIGHT)


@pytest.mark.parametrize("camera", [{"is_dark": True}, {"tilt_deg": 7}, {"tilt_deg": -12}])
def test_a_gutter_is_found_however_the_page_is_seen(camera):
    straight = print_columns([PROSE, with_link(PROSE)], lefts=LEFTS, width=WIDTH)
    seen = print_columns([PROSE, with_link(PROSE)], lefts=LEFTS, width=WIDTH, **camera)
    grey, start, least_contrast = follow(seen)
    along = straight.prefixes[0].box.left - LEFTS[1]
    gutter = find_gutter(grey, start, least_contrast=least_contrast)
    assert gutter.along == pytest.approx(along, abs=0.5 * LINE_HEIGHT)


def know_in_part(page):
    """Return a page of which only the prefix's line and its neighbours are known, and a sketch."""
    grey = grey_of(page.frame.pixels)
    line = round(LINE_HEIGHT)
    top = round(page.prefixes[0].box.top) - line
    is_known = np.zeros(grey.shape, bool)
    is_known[top : top + 4 * line] = True
    cut = np.where(is_known, grey, np.uint8(245))
    cell = line // 2, line // 5
    rows, columns = (side // step for side, step in zip(grey.shape, cell, strict=True))
    whole = grey[: rows * cell[0], : columns * cell[1]]
    coarse = whole.reshape(rows, cell[0], columns, cell[1]).min(axis=(1, 3))
    return cut, add_sketch(cut, coarse, is_known)


def test_a_sketch_shows_a_gutter_and_changes_no_strip():
    page = print_columns([PROSE, with_link(PROSE)], lefts=LEFTS, width=WIDTH)
    cut, sketched = know_in_part(page)
    blank, drawn = (
        Expander(ExpandSettings()).expand_prefix(Page(Frame(grey)), page.prefixes[0])
        for grey in (cut, sketched)
    )
    gutters = [
        find_gutter(grey, blank.course.start, least_contrast=blank.course.least_contrast)
        for grey in (cut, sketched)
    ]
    along = page.prefixes[0].box.left - LEFTS[1]
    assert gutters[0] is None or abs(gutters[0].along - along) > LINE_HEIGHT
    assert gutters[1].along == pytest.approx(along, abs=0.5 * LINE_HEIGHT)
    np.testing.assert_array_equal(drawn.strip.pixels, blank.strip.pixels)


@pytest.mark.parametrize("row", [1, 3, 6, 11])
def test_a_gutter_is_found_from_any_line_of_the_column(row):
    page = print_columns([PROSE, with_link(PROSE, row)], lefts=LEFTS, width=WIDTH)
    assert distance_to_column(page, LEFTS[1]) == pytest.approx(0, abs=0.5 * LINE_HEIGHT)


@pytest.mark.parametrize("width", [400, 420, 440])
def test_wide_word_spaces_are_no_gutter(width):
    page = print_columns([with_link(PROSE)], lefts=[120], width=width)
    assert distance_to_column(page, 120) == pytest.approx(0, abs=0.5 * LINE_HEIGHT)


def test_beside_pale_text_a_word_space_is_no_gutter():
    page = print_columns([with_link(PROSE)], lefts=[120], width=WIDTH)
    box, ink = page.prefixes[0].box, 245.0 - page.frame.pixels
    link = ink[round(box.top) : round(box.bottom), round(box.left) :].copy()
    ink[:, : round(box.left)] *= 0.35
    ink[:, round(box.left) :] *= 0.6
    ink[round(box.top) : round(box.bottom), round(box.left) :] = link
    pale = replace(page, frame=Frame((245.0 - ink).astype(np.uint8)))
    assert distance_to_column(pale, 120) == pytest.approx(0, abs=0.5 * LINE_HEIGHT)


# In the middle of the page, or so near to its lower edge that no more lines are seen.
@pytest.mark.parametrize("height", [640, 290])
def test_word_spaces_that_lie_below_one_another_for_a_few_lines_are_no_gutter(height):
    left = ["for a river runs", "through it at all", "sorts of places,", "if one is a bit", "of it"]
    right = ["and so it does", "in a narrow bed", "with much of it", "too wide for me", "see it"]
    lines = [[*left, "in a text as wide"], [*right[:4], "https://a.org/x", "on the next one"]]
    page = print_columns([*lines, [*[""] * 6, *PROSE[6:]]], lefts=[120, 344, 220], width=210)
    cut = replace(page, frame=Frame(page.frame.pixels[:height]))
    assert distance_to_column(cut, 120) == pytest.approx(0, abs=0.5 * LINE_HEIGHT)


@pytest.mark.parametrize("row", [2, 3])
def test_a_tables_rule_is_where_its_column_begins(row):
    cells = ["one", "two", "three", "four", "five", "six"]
    lefts = 70, 250, 490
    page = print_columns(
        [cells, cells, with_link(cells, row)], lefts=lefts, width=WIDTH, is_ruled=True
    )
    assert distance_to_column(page, lefts[2]) == pytest.approx(0, abs=0.4 * LINE_HEIGHT)


def test_a_line_alone_has_no_gutter():
    page = print_columns([[LINK]], lefts=[120], width=WIDTH)
    assert distance_to_column(page, 120) is None


def test_the_second_column_starts_where_it_does_and_nowhere_else():
    page = print_columns([PROSE, with_link(PROSE)], lefts=LEFTS, width=WIDTH)
    grey, start, least_contrast = follow(page)
    places = [*range(LEFTS[1], LEFTS[1] + WIDTH, 20)]
    starts = [
        left
        for left in places
        if starts_column(grey, start._replace(x=left), least_contrast=least_contrast)
    ]
    assert starts == [LEFTS[1]]


def test_a_leaning_gutter_is_nearer_or_farther_on_the_next_line():
    place = LineStart(300.0, 100.0, 0.0, 20.0)
    gutter = Gutter(place, along=80.0, lean=0.1)
    assert gutter.distance_from(place._replace(y=130.0)) == pytest.approx(83)
    assert gutter.distance_from(place._replace(x=340.0)) == pytest.approx(120)
    assert gutter.distance_from(place._replace(x=200.0)) == 0
    turned = Gutter(place._replace(angle=math.pi / 2), along=80.0, lean=0.1)
    assert turned.distance_from(place._replace(x=270.0)) == pytest.approx(83)


def test_blank_paper_has_no_gutter():
    grey = np.full((300, 400), 230, np.uint8)
    assert find_gutter(grey, LineStart(200.0, 150.0, 0.0, 24.0), least_contrast=12.0) is None
