import numpy as np
import pytest

from service.ink import (
    contrast_of,
    darkness_of,
    flatten_ground,
    grey_of,
    is_light_on_dark,
    measure_ink,
)
from service.records import Box

BOX = Box(0, 0, 60, 40)


def stroke(paper=200, ink=40):
    """A page 40 px high with one vertical stroke, 4 px wide."""
    page = np.full((40, 60), paper, np.uint8)
    page[:, 30:34] = ink
    return page


def test_grey_of_weighs_green_most():
    pixels = np.zeros((1, 3, 3), np.uint8)
    pixels[0, 0, 0] = pixels[0, 1, 1] = pixels[0, 2, 2] = 255
    assert grey_of(pixels).tolist() == [[76, 150, 29]]


@pytest.mark.parametrize(("paper", "ink", "is_negative"), [(200, 40, False), (40, 200, True)])
def test_the_side_of_the_few_pixels_is_the_ink(paper, ink, is_negative):
    assert is_light_on_dark(stroke(paper, ink), BOX) is is_negative


def test_a_box_outside_the_frame_counts_as_dark_on_light():
    assert is_light_on_dark(stroke(40, 200), Box(500, 500, 520, 510)) is False


def test_ink_is_one_in_the_stroke_and_zero_on_the_paper():
    ink = measure_ink(stroke(), 32)
    assert ink.dtype == np.uint8
    assert ink[20, 31] == 255
    assert ink[20, 10] == 0


def test_faint_print_counts_as_full_ink_but_grain_does_not():
    assert measure_ink(stroke(200, 160), 32)[20, 31] == 255
    assert measure_ink(stroke(200, 194), 32, least_contrast=24)[20, 31] == pytest.approx(64, abs=1)


def test_contrast_is_the_step_from_paper_to_ink():
    assert contrast_of(darkness_of(stroke(200, 40), 32)) == 160


def test_flat_ground_is_white_under_a_shadow_and_its_ink_black():
    shadow = np.linspace(1.0, 0.7, 60)
    flat = flatten_ground((stroke() * shadow).astype(np.uint8), 32)
    assert flat[20, 31] < 40
    assert flat[20, :20].min() > 225
    assert flat[20, 50:].min() > 225
