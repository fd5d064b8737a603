import numpy as np
import pytest

from service.ink import grey_of
from service.records import Box
from service.tilt import find_line_start, line_profile
from tests.service.printed import LINE_HEIGHT, print_page, turn_of

TEXT = ["a line of prose above the link, as usual", "https://example.org/first/second/third"]


def start_on(page, *, moved=(0, 0, 0, 0)):
    box = Box(*(side + move for side, move in zip(page.prefixes[0].box, moved, strict=True)))
    return find_line_start(grey_of(page.frame.pixels), box, max_tilt_deg=20)


def test_line_profile_is_full_in_the_x_height_and_negative_between_the_lines():
    rows = np.array([-12.0, 0.0, 12.0])
    assert line_profile(10.0, rows).tolist()[1] == 1.0
    assert line_profile(20.0, rows)[0] < 0
    assert line_profile(20.0, rows)[2] < 0


@pytest.mark.parametrize("tilt_deg", [-14, -5, 0, 8, 15])
def test_the_tilt_comes_from_the_ink(tilt_deg):
    assert turn_of(start_on(print_page(TEXT, tilt_deg=tilt_deg))) == pytest.approx(tilt_deg, abs=1)


@pytest.mark.parametrize("tilt_deg", [0, 12])
def test_the_height_is_the_line_s_and_not_the_box_s(tilt_deg):
    page = print_page(TEXT, tilt_deg=tilt_deg)
    assert start_on(page).height == pytest.approx(LINE_HEIGHT, rel=0.2)


@pytest.mark.parametrize("moved", [(-4, -4, -4, -4), (4, 4, 4, 4), (-3, 3, 3, -3)])
def test_a_box_that_is_a_few_pixels_off_leads_to_the_same_line(moved):
    page = print_page(TEXT)
    exact, near = start_on(page), start_on(page, moved=moved)
    assert near.y == pytest.approx(exact.y, abs=0.15 * LINE_HEIGHT)
    assert turn_of(near) == pytest.approx(turn_of(exact), abs=1)


def test_a_box_too_square_for_any_tilt_is_taken_as_level():
    blank = np.full((100, 100), 230, np.uint8)
    assert find_line_start(blank, Box(40, 20, 50, 80), max_tilt_deg=20).angle == 0.0
