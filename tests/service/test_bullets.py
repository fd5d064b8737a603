import cv2
import numpy as np
import pytest

from service.bullets import has_bullet

HEIGHT = 44
# Where a word begins at whose first letter the strip ends.
WORD = 102


def print_before(*, disc=4, at=80, margin_ink=None):
    """Return a strip with a disc of that radius around column `at` before an upright stroke."""
    strip = np.full((HEIGHT, 106), 255, np.uint8)
    cv2.circle(strip, (at, 24), disc, 0, -1)
    strip[8:34, WORD:105] = 0
    if margin_ink is not None:
        strip[6:38, margin_ink : margin_ink + 4] = 0
    return strip


@pytest.mark.parametrize("disc", [2, 4, 8])
def test_a_disc_between_a_margin_and_a_word_is_a_bullet(disc):
    assert has_bullet(print_before(disc=disc))


def test_a_dash_there_is_one_as_well():
    strip = print_before(at=-50)
    strip[22:25, 70:88] = 0
    assert has_bullet(strip)


@pytest.mark.parametrize(
    "strip",
    [
        pytest.param(print_before(at=-50), id="nothing"),
        pytest.param(print_before(at=95), id="close to the word"),
        pytest.param(print_before(at=12), id="no margin"),
        pytest.param(print_before(margin_ink=20), id="a letter in the margin"),
        pytest.param(print_before(at=70, disc=18), id="as wide as a picture"),
        pytest.param(print_before(at=-50, margin_ink=60), id="a rule"),
        pytest.param(np.zeros((HEIGHT, 106), np.uint8), id="ink"),
        pytest.param(np.full((HEIGHT, 106), 255, np.uint8), id="paper"),
    ],
)
def test_nothing_else_is(strip):
    assert not has_bullet(strip)
