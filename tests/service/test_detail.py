import cv2
import numpy as np
import pytest

from service.detail import measure_detail
from service.moved import move_prefix
from service.records import Box, Frame
from tests.service.printed import print_page


@pytest.fixture(scope="module")
def page():
    return print_page(["https://example.org/one"])


def measure(page, pixels):
    return measure_detail(Frame(pixels), page.prefixes[0].box)


def test_a_blurred_picture_shows_less(page):
    pixels = page.frame.pixels
    blurred = [
        measure(page, np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8))
        for sigma in (1, 2, 4)
    ]
    values = [measure(page, pixels), *blurred]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.5 * values[0]


def test_a_nearer_one_shows_more(page):
    twice = cv2.resize(page.frame.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    near = move_prefix(page.prefixes[0], np.array([[2.0, 0, 0], [0, 2.0, 0]]))
    assert measure_detail(Frame(np.asarray(twice, np.uint8)), near.box) == pytest.approx(
        2 * measure(page, page.frame.pixels), rel=0.2
    )


def test_pale_print_shows_as_much_as_black_print(page):
    pale = 255 - (255 - page.frame.pixels) // 3
    assert measure(page, pale) == pytest.approx(measure(page, page.frame.pixels), rel=0.2)


def test_of_no_box_and_of_blank_paper_nothing_is_seen(page):
    frame = Frame(np.full((60, 80), 200, np.uint8))
    assert measure_detail(frame, Box(-9, -9, 2, 2)) == 0.0
    assert measure_detail(frame, Box(10, 10, 60, 30)) == 0.0
