import numpy as np
import pytest

from service.records import Strip, Symbol, TextLine
from service.treatments import TREATMENTS, fit, pad, rescale, shrink, soften, squeeze, treat

PIXELS = np.full((44, 160), 230, np.uint8)


@pytest.mark.parametrize("treatment", [*TREATMENTS, fit])
def test_a_treatment_leaves_paper_light_and_ink_dark(treatment):
    pixels = PIXELS.copy()
    pixels[10:34, 60:100] = 20
    treated = treat(Strip(pixels, ()), treatment).pixels
    assert treated.dtype == np.uint8
    middle = treated.shape[1] // 2
    assert treated[treated.shape[0] // 2, middle] < 60
    assert treated[:, :10].min() > 220


@pytest.mark.parametrize(
    ("treatment", "shape"),
    [
        (soften, (52, 168)),
        (squeeze, (52, 147)),
        (pad, (52, 168)),
        (shrink, (43, 137)),
        (fit, (36, 116)),
    ],
)
def test_a_treatment_changes_the_size_as_it_says(treatment, shape):
    assert treatment(PIXELS).shape == shape


def test_soften_burns_grain_out():
    assert soften(PIXELS).min() == 255


def test_places_go_back_to_the_strip_s_own_pixels():
    line = rescale(TextLine("a", 0.9, (Symbol("a", 0.9, 10, 20),)), 1.5)
    assert line.symbols == (Symbol("a", 0.9, 15, 30),)
