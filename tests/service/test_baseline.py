import numpy as np
import pytest

from service.baseline import Course, trace_course
from service.ink import grey_of
from service.next_line import _LeftTracer
from service.tilt import LineStart, find_line_start
from tests.service.printed import LINE_HEIGHT, print_page

LONG = "https://example.org/a-long-path/that-runs/over-the-page"


def trace(page, **limits):
    grey = grey_of(page.frame.pixels)
    start = find_line_start(grey, page.prefixes[0].box, max_tilt_deg=20)
    return trace_course(grey, start, **{"stop_gap_ratio": 1.2, "max_ratio": 60, **limits})


def straight_course(angle=0.0):
    along = np.arange(5) * 10.0
    return Course(LineStart(100, 50, angle, 20), along, np.zeros(5), 40.0, False, False, 8.0)


def test_points_lie_on_the_axis_and_below_it():
    assert straight_course().points_at(np.array([0.0, 20.0]), 5.0).tolist() == [
        [100, 55],
        [120, 55],
    ]


def test_points_turn_with_the_line():
    (point,) = straight_course(np.pi / 2).points_at(np.array([10.0]), 5.0)
    assert point == pytest.approx([95, 60])


def test_a_place_on_the_course_is_a_start_of_its_own():
    assert straight_course().start_at(15.0, 2.0) == pytest.approx((115, 52, 0, 20))


@pytest.mark.parametrize("bend_px", [-40, 30])
def test_the_course_follows_a_curled_page(bend_px):
    flat, bent = trace(print_page([LONG])), trace(print_page([LONG], bend_px=bend_px))
    xs = np.linspace(120, 600, 9)
    drop = bend_px * np.sin(np.pi * xs / 1000)
    assert heights(bent, xs) - heights(flat, xs) == pytest.approx(drop, abs=0.15 * LINE_HEIGHT)


def test_the_course_stops_at_a_gutter():
    page = print_page([f"{LONG}          another column"])
    reach = trace(page).along[-1]
    assert reach == pytest.approx(trace(print_page([LONG])).along[-1], abs=LINE_HEIGHT)


def test_the_course_stops_at_a_vertical_rule():
    page = print_page([f"{LONG} and so on"])
    pixels = page.frame.pixels.copy()
    pixels[:, 400:403] = 20
    grey = grey_of(pixels)
    start = find_line_start(grey, page.prefixes[0].box, max_tilt_deg=20)
    course = trace_course(grey, start, stop_gap_ratio=1.2, max_ratio=60)
    assert course.points_at(course.along[-1:])[0, 0] == pytest.approx(400, abs=LINE_HEIGHT)
    assert course.is_at_rule
    assert not course.is_at_edge
    assert not trace(page).is_at_rule


def test_a_rule_before_a_line_is_not_its_end():
    page = print_page([LONG])
    box = page.prefixes[0].box
    pixels = page.frame.pixels.copy()
    pixels[:, round(box.left) - 6 : round(box.left) - 4] = 20
    grey = grey_of(pixels)
    start = find_line_start(grey, box, max_tilt_deg=20)
    start = start._replace(x=start.x - 20)
    lengths = [
        trace_course(
            grey, start, stop_gap_ratio=1.2, max_ratio=60, may_start_at_rule=may_start
        ).along[-1]
        for may_start in (True, False)
    ]
    assert lengths[0] > 10 * start.height
    assert lengths[1] < 3 * start.height


def test_the_course_knows_that_its_line_runs_out_of_the_frame():
    assert trace(print_page([LONG], size=(500, 300))).is_at_edge
    assert not trace(print_page([LONG])).is_at_edge


@pytest.mark.parametrize("width", range(480, 520, 7))
def test_a_line_that_runs_out_of_the_frame_goes_as_far_as_that_does(width):
    page = print_page([LONG], size=(width, 300))
    course, grey = trace(page), grey_of(page.frame.pixels)
    ((x, _),) = course.points_at(np.array([course.end_in(grey)]))
    assert x == pytest.approx(width - 1, abs=1)


def test_a_line_that_ends_in_the_frame_goes_no_further():
    page = print_page([LONG])
    course = trace(page)
    assert course.end_in(grey_of(page.frame.pixels)) == course.along[-1]


@pytest.mark.parametrize("tilt_deg", [0, 5])
def test_blank_paper_left_of_a_line_does_not_turn_it(tilt_deg):
    page = print_page([LONG], tilt_deg=tilt_deg)
    grey = grey_of(page.frame.pixels)
    course = trace(page)
    assert course.followed > 10 * course.start.height
    left = _LeftTracer(grey, course, 1.2).trace(course.start, knows_angle=True)
    assert left.angle == course.start.angle
    assert left.x < course.start.x


def test_the_course_is_no_longer_than_it_may_be():
    course = trace(print_page([LONG]), max_ratio=6)
    assert course.along[-1] <= 6 * course.start.height


def heights(course, xs):
    points = course.points_at(np.linspace(0, course.along[-1], 300))
    return np.interp(xs, points[:, 0], points[:, 1])
