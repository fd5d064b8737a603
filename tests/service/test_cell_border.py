import cv2
import numpy as np
import pytest

from service.baseline import trace_course
from service.cell_border import find_border, holds_border, is_ruled_off
from service.rectify import sample_line
from service.tilt import LineStart

HEIGHT = 30.0
MIDDLE = 100


def draw_line(*, rule=None, slant=0):
    """Return a grey picture with two words."""
    grey = np.full((220, 500), 235, np.uint8)
    for left, text in ((40, "a.org/x"), (260, "next")):
        cv2.putText(grey, text, (left, MIDDLE + 9), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 3)
    if rule is not None:
        top, bottom = rule
        cv2.line(grey, (230, top), (230 + slant, bottom), 60, 2)
    return grey


def search(grey, course):
    reach = 0.0, 420.0
    strip = sample_line(grey, course, reach=reach, height_px=44, margin_ratio=0.04)
    px = (reach[1] - reach[0]) / strip.shape[1]
    found = find_border(strip, grey, course, origin=reach[0], px=px)
    return None if found is None else 40 + found * px


def straight(grey):
    """Return a level course that no ink can bend or end."""
    start = LineStart(40.0, float(MIDDLE), 0.0, HEIGHT)
    blank = np.full_like(grey, 235)
    blank[MIDDLE - 8 : MIDDLE + 8, 40:480:6] = 20
    return trace_course(blank, start, stop_gap_ratio=9.0, max_ratio=15.0)


@pytest.mark.parametrize("rule", [(0, 219), (60, 219), (0, 125)])
@pytest.mark.parametrize("slant", [0, 3])
def test_a_rule_that_goes_on_beyond_the_line_is_a_border(rule, slant):
    grey = draw_line(rule=rule, slant=slant)
    assert 130 < search(grey, straight(grey)) < 226


@pytest.mark.parametrize("rule", [None, (MIDDLE - 16, MIDDLE + 14)])
def test_what_is_as_high_as_the_line_is_none(rule):
    grey = draw_line(rule=rule)
    assert search(grey, straight(grey)) is None


def test_a_dark_desk_beside_the_page_is_none():
    grey = draw_line()
    grey[:, 228:] = 20
    assert search(grey, straight(grey)) is None


def test_a_hairline_in_a_gap_is_a_border_however_pale_it_is():
    grey = draw_line()
    assert not holds_border(grey, straight(grey), 130.0, 210.0)
    cv2.line(grey, (200, 20), (202, 200), 215, 1)
    assert holds_border(grey, straight(grey), 130.0, 210.0)


def test_what_does_not_cross_the_whole_gap_is_none():
    grey = draw_line()
    cv2.line(grey, (200, MIDDLE - 8), (200, MIDDLE + 8), 60, 2)
    assert not holds_border(grey, straight(grey), 130.0, 210.0)
    assert not holds_border(grey, straight(grey), 130.0, 132.0)


def draw_rows(*, rule=None, tilt=0, ink=150):
    """Return a grey picture with a word above another one, and how it is ruled."""
    grey = np.full((220, 500), 235, np.uint8)
    for base in (MIDDLE + 9, MIDDLE + 60):
        cv2.putText(grey, "a.org/gypsy", (40, base), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 3)
    if rule is not None:
        left, right = rule
        cv2.line(grey, (left, MIDDLE + 24), (right, MIDDLE + 24 + tilt), ink, 2)
    return grey


def is_ruled(grey):
    below = LineStart(40.0, MIDDLE + 51.0, 0.0, HEIGHT)
    return is_ruled_off(grey, straight(grey), below, right=185.0)


@pytest.mark.parametrize("rule", [(0, 499), (28, 260)])
@pytest.mark.parametrize("tilt", [0, 2, -3])
def test_a_rule_that_goes_further_than_the_line_divides_it_from_the_next(rule, tilt):
    assert is_ruled(draw_rows(rule=rule, tilt=tilt))


@pytest.mark.parametrize("rule", [None, (40, 225), (40, 499), (0, 225), (0, 120)])
def test_an_underline_does_not(rule):
    assert not is_ruled(draw_rows(rule=rule))


def test_lines_that_touch_have_no_room_for_a_rule():
    grey = draw_rows(rule=(0, 499))
    below = LineStart(40.0, MIDDLE + 18.0, 0.0, HEIGHT)
    assert not is_ruled_off(grey, straight(grey), below, right=185.0)
