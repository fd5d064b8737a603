import numpy as np
import pytest

from service.band import LINE_PX, cut_band
from service.tilt import LineStart

RATIOS = np.array([1.0, 2.0])


def page_with_line(*, axis=80, paper=220, ink=20):
    """A page with bars like the stems of a line of text whose middle axis is row `axis`."""
    page = np.full((200, 400), paper, np.uint8)
    # From x-height to baseline.
    page[axis - 5 : axis + 6, 40:380:6] = ink
    page[axis - 5 : axis + 6, 41:380:6] = ink
    return page


def look(page, y, step=0, *, below=0.0, height=LINE_PX, least_contrast=24.0):
    band = cut_band(page, LineStart(100.0, y, 0.0, height), ahead_ratio=2.0)
    return band.look_along(3, 18.0, least_contrast=least_contrast).at(step, below)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_the_line_is_found_where_it_lies(step):
    for miss in (-4, 0, 4):
        seen = look(page_with_line(), 80 + miss, step)
        assert seen.shift == pytest.approx(-miss / LINE_PX, abs=0.05)
        assert seen.weight > 0.5
        assert seen.has_ink
        assert not seen.has_rule


def test_a_step_is_seen_where_it_is_asked_for():
    upper = look(page_with_line(), 70, below=10.0)
    assert upper.shift == pytest.approx(look(page_with_line(), 80).shift, abs=0.02)


def test_a_turned_line_lies_along_the_band():
    page = np.ascontiguousarray(np.rot90(page_with_line(), -1))
    place = LineStart(page.shape[1] - 1 - 80.0, 100.0, np.pi / 2, LINE_PX)
    seen = cut_band(page, place, ahead_ratio=1.0).look_along(1, 0.0, least_contrast=24.0).at(0)
    assert seen.shift == pytest.approx(0.0, abs=0.05)
    assert seen.has_ink


@pytest.mark.parametrize(("step", "below"), [(3, 0.0), (0, -40.0), (0, 40.0)])
def test_nothing_is_seen_outside_the_band(step, below):
    assert look(page_with_line(), 80, step, below=below) is None


def test_grain_is_no_ink():
    grain = page_with_line(ink=212)
    assert not look(grain, 80).has_ink
    assert look(grain, 80, least_contrast=6.0).has_ink


def test_faint_print_weighs_as_much_as_bold_print():
    bold, faint = look(page_with_line(ink=20), 80), look(page_with_line(ink=180), 80)
    assert faint.weight == pytest.approx(bold.weight, rel=0.2)


def test_a_thin_rule_across_the_line_is_told_from_letters():
    page = page_with_line()
    page[:, 99:101] = 20
    assert look(page, 80).has_rule
    assert not look(page, 80, step=2).has_rule


def test_lines_below_are_seen_at_their_distance():
    page = page_with_line(axis=80)
    band = cut_band(page, LineStart(100.0, 80.0 - LINE_PX, 0.0, LINE_PX), below_ratio=2.0)
    looks = band.look_down(RATIOS, least_contrast=24.0)
    assert looks.at(0).has_ink
    assert looks.at(0).shift == pytest.approx(0.0, abs=0.05)
    assert not looks.at(1).has_ink
    assert looks.at(2) is None
