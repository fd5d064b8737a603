import numpy as np
import pytest

from training.reader.cut import MARGIN_RATIO, STRIP_HEIGHT, Slips, cut_strip, trim_view
from training.reader.typeset import SetLine
from training.synth.geometry import View

EXACT = Slips(scale=1.0, shift=0.0, slope=0.0, wave=0.0, left=0.0, right=0.0)


@pytest.fixture
def line():
    """A page whose line is a black bar from ascender to descender with a white gap in it."""
    pixels = np.full((120, 400), 255, np.uint8)
    pixels[40:80, 100:300] = 0
    pixels[40:80, 190:210] = 255
    return SetLine(
        pixels=pixels,
        left=100.0,
        right=300.0,
        middle=60.0,
        height=40.0,
        x_height=20.0,
        leading=50.0,
        centres=np.array([110, 200], np.float32),
        is_dark=False,
    )


def test_the_line_fills_the_strip_but_for_the_margin(line):
    cut = cut_strip(line.pixels, line, View(np.eye(3)), EXACT)
    scale = STRIP_HEIGHT / (40 * (1 + 2 * MARGIN_RATIO))
    assert cut.pixels.shape == (44, np.ceil(200 * scale))
    ink = np.flatnonzero(cut.pixels[:, 30] < 128)
    assert ink[0] == pytest.approx(44 * MARGIN_RATIO / 1.08, abs=1)
    assert ink[-1] == pytest.approx(43 - 44 * MARGIN_RATIO / 1.08, abs=1)
    np.testing.assert_allclose(cut.centres, [10 * scale, 100 * scale], atol=0.5)
    assert cut.pixels[22, round(float(cut.centres[1]))] > 200


def test_a_turned_line_is_cut_straight(line):
    angle = np.deg2rad(12)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 60], [np.sin(angle), np.cos(angle), 5], [0, 0, 1]]
    )
    view, size = trim_view(View(turn), line)
    picture = view.photograph(line.pixels, *size, desk=(255,))
    cut = cut_strip(picture, line, view, EXACT)
    ink = cut.pixels[22] < 128
    assert cut.pixels[6, 5:60].max() < 100
    assert cut.pixels[37, 150:200].max() < 100
    assert not ink[round(float(cut.centres[1]))]


def test_slips_move_the_ink(line):
    lower = Slips(scale=1.0, shift=-0.08, slope=0.0, wave=0.0, left=0.12, right=0.12)
    cut = cut_strip(line.pixels, line, View(np.eye(3)), lower)
    assert np.flatnonzero(cut.pixels[:, 30] < 128)[0] == pytest.approx(5, abs=1)
    assert (cut.pixels[:, :3] > 200).all()


def test_drawn_slips_stay_in_bounds():
    rng = np.random.default_rng(0)
    drawn = [Slips.draw(rng) for _ in range(200)]
    for slips in drawn:
        assert -0.14 <= slips.shift <= 0.12
        assert 0.86 <= slips.scale <= 1.25
        assert slips.left >= 0
    assert np.median([slips.scale for slips in drawn]) > 1.03


def test_an_underlined_line_is_taken_for_lower():
    rng = np.random.default_rng(0)
    plain, underlined = (
        np.mean([Slips.draw(rng, is_underlined=is_underlined).shift for _ in range(300)])
        for is_underlined in (False, True)
    )
    assert underlined > plain + 0.02
