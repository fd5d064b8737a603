"""A frame is brought down to what the detector looks at, and is the same picture then."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from service.ink import grey_of, rgb_of
from service.shrink import View, read_view


def shade(height, width):
    """Return a picture that gets brighter to the right and bluer downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 2] = np.linspace(0, 255, height)[:, np.newaxis]
    return pixels


@pytest.mark.parametrize(
    ("height", "width", "shape"),
    [
        (1440, 1080, (1152, 864, 3)),
        (1920, 1440, (1152, 864, 3)),
        (3000, 4000, (864, 1152, 3)),
        (3023, 4031, (864, 1152, 3)),
        (4, 5000, (1, 1152, 3)),
    ],
)
@pytest.mark.parametrize("is_grey", [True, False])
def test_the_longer_side_comes_down_and_the_picture_stays(height, width, shape, is_grey):
    small = View(1152, is_grey=is_grey).shrink(shade(height, width))
    assert small.shape == shape
    expected = shade(*shape[:2]).astype(float)
    if is_grey:
        expected = np.repeat((expected @ (0.299, 0.587, 0.114))[..., np.newaxis], 3, axis=-1)
    if shape[0] > 1:
        assert np.abs(small - expected).max() < 3


@pytest.mark.parametrize("side", [1153, 1300, 1800, 2300])
def test_noise_comes_down_as_under_a_triangle(side):
    pixels = np.random.default_rng(5).integers(0, 256, (side, side)).astype(np.uint8)
    small = View(1152, is_grey=True).fit(pixels).astype(float)
    whole = Image.fromarray(pixels).resize(small.shape, Image.Resampling.BILINEAR)
    apart = np.abs(small - np.asarray(whole)).mean()
    assert apart < np.abs(small - small.mean()).mean() / 4


def test_a_frame_that_is_small_enough_is_left_alone():
    pixels = shade(1152, 864)
    assert View(1152, is_grey=True).shrink(pixels) is pixels


@pytest.mark.parametrize(("height", "width"), [(1152, 864), (1920, 1440)])
def test_a_grey_frame_gives_the_picture_that_its_colours_would(height, width):
    pixels = shade(height, width)
    expected = grey_of(View(1152, is_grey=True).shrink(pixels))
    for is_grey in (True, False):
        small = View(1152, is_grey=is_grey).shrink(grey_of(pixels))
        np.testing.assert_array_equal(small, rgb_of(expected))


@pytest.mark.parametrize(
    ("preprocessing", "view"),
    [
        ({"long_side": 1152, "channels": 1}, View(1152, is_grey=True)),
        ({"long_side": 640, "channels": 3}, View(640, is_grey=False)),
        ({"long_side": 640}, View(640, is_grey=False)),
        ({"long_side": "large"}, None),
        ({"long_side": 0}, None),
        ({}, None),
    ],
)
def test_the_manifest_says_what_is_looked_at(preprocessing, view):
    manifest = SimpleNamespace(preprocessing=preprocessing)
    assert read_view(SimpleNamespace(manifest=manifest)) == view


def test_without_a_manifest_nothing_is_known():
    assert read_view(SimpleNamespace(manifest=None)) is None
