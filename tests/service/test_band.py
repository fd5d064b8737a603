import numpy as np
import pytest

from service.band import HALF_COLUMNS, HALF_ROWS, LINE_PX, cut_band
from service.tilt import LineStart


def page_with_dots():
    """A page with dots of 3 x 3 px at (60, 50) and (60, 110)."""
    page = np.full((160, 200), 220, np.uint8)
    page[49:52, 59:62] = page[109:112, 59:62] = 20
    return page


def centre_of_ink(dark):
    rows, columns = np.nonzero(dark > dark.max() / 2)
    return rows.mean(), columns.mean()


@pytest.mark.parametrize(("angle", "x", "y"), [(0.0, 36.0, 50.0), (np.pi / 2, 60.0, 26.0)])
def test_a_window_lies_ahead_of_the_place_in_its_direction(angle, x, y):
    band = cut_band(page_with_dots(), LineStart(x, y, angle, LINE_PX), ahead_ratio=2.0)
    window = band.window_at(24.0, 0.0, least_contrast=8.0)
    assert window.dark.shape == (2 * HALF_ROWS + 1, 2 * HALF_COLUMNS + 1)
    assert centre_of_ink(window.dark) == pytest.approx((HALF_ROWS, HALF_COLUMNS), abs=0.6)


def test_a_window_below_needs_a_band_that_reaches_down():
    place = LineStart(60.0, 50.0, 0.0, LINE_PX)
    assert cut_band(page_with_dots(), place).window_at(0.0, 60.0, least_contrast=8.0) is None
    tall = cut_band(page_with_dots(), place, below_ratio=2.5)
    window = tall.window_at(0.0, 60.0, least_contrast=8.0)
    assert centre_of_ink(window.dark) == pytest.approx((HALF_ROWS, HALF_COLUMNS), abs=0.6)


@pytest.mark.parametrize(("along", "below"), [(-10.0, 0.0), (80.0, 0.0), (0.0, -40.0)])
def test_there_is_no_window_outside_the_band(along, below):
    band = cut_band(page_with_dots(), LineStart(60.0, 50.0, 0.0, LINE_PX), ahead_ratio=2.0)
    assert band.window_at(along, below, least_contrast=8.0) is None


def test_a_window_tells_where_its_centre_fell():
    large = LineStart(60.0, 50.0, 0.0, 10 * LINE_PX)
    window = cut_band(page_with_dots(), large, ahead_ratio=1.0).window_at(
        54.0, 26.0, least_contrast=8.0
    )
    assert (window.along, window.below) == (50, 30)


def test_grain_is_not_full_ink():
    grain = np.full((160, 200), 220, np.uint8)
    grain[:, ::8] = 212
    window = cut_band(grain, LineStart(60.0, 80.0, 0.0, LINE_PX)).window_at(
        0.0, 0.0, least_contrast=24.0
    )
    assert window.full == 24.0


def test_the_print_s_own_contrast_is_full_ink():
    page = np.full((160, 200), 220, np.uint8)
    page[72:88, 56:64] = 100
    window = cut_band(page, LineStart(60.0, 80.0, 0.0, LINE_PX)).window_at(
        0.0, 0.0, least_contrast=24.0
    )
    assert window.full == 120
