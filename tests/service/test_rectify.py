import numpy as np
import pytest

from service.baseline import Course
from service.records import Box
from service.rectify import outline, sample_line
from service.tilt import LineStart


def level_course(height=20.0):
    along = np.arange(9) * 10.0
    return Course(LineStart(10, 30, 0.0, height), along, np.zeros(9), 80.0, False, False, 8.0)


def test_a_level_strip_is_the_page_scaled():
    page = np.full((60, 120), 240, np.uint8)
    page[20:40, 48:52] = 20
    strip = sample_line(page, level_course(), reach=(0, 80), height_px=40, margin_ratio=0.0)
    assert strip.shape == (40, 160)
    dark = np.flatnonzero((strip[5:35] < 128).all(axis=0))
    assert (dark.min(), dark.max()) == pytest.approx((76, 83), abs=2)


def test_the_margin_shows_more_of_the_page():
    page = np.full((60, 120), 240, np.uint8)
    strip = sample_line(page, level_course(), reach=(0, 80), height_px=40, margin_ratio=0.5)
    assert strip.shape == (40, 80)


def test_large_print_is_averaged_before_it_shrinks():
    page = np.full((600, 1000), 240, np.uint8)
    page[:, ::2] = 200
    course = Course(
        LineStart(50, 300, 0.0, 400.0),
        np.array([0.0, 800.0]),
        np.zeros(2),
        800.0,
        False,
        False,
        8.0,
    )
    strip = sample_line(page, course, reach=(0, 800), height_px=40, margin_ratio=0.0)
    assert int(strip.max()) - int(strip.min()) < 30


def test_the_outline_runs_along_the_top_and_back_below():
    polygon = outline(level_course(), reach=(0, 80), half_height=10)
    assert Box.around(polygon) == Box(10, 20, 90, 40)
    assert polygon[0] == (10, 20)
    assert polygon[-1] == (10, 40)
    assert len(polygon) == 6
