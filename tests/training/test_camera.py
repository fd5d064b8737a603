"""The camera degrades pictures but keeps their form; a seed makes one photograph."""

import numpy as np
import pytest

from training.synth.camera import expose, show_through


@pytest.mark.parametrize("shape", [(64, 96), (64, 96, 3)])
@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_exposure_keeps_shape_and_type(shape, strength):
    pixels = np.full(shape, 200, np.uint8)
    for seed in range(12):
        taken = expose(pixels, np.random.default_rng(seed), x_height=8.0, strength=strength)
        assert taken.shape == shape
        assert taken.dtype == np.uint8


def test_exposure_depends_on_the_seed_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    one, two, other = (
        expose(pixels, np.random.default_rng(seed), x_height=8.0, strength=1.0)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_exposure_leaves_black_type_darker_than_white_paper():
    pixels = np.full((80, 80), 255, np.uint8)
    pixels[30:50] = 0
    for seed in range(30):
        taken = expose(pixels, np.random.default_rng(seed), x_height=10.0, strength=1.0)
        assert taken[35:45].mean() + 20 < taken[5:20].mean()


def test_the_other_side_shines_through_mirrored():
    front, back = np.full((20, 40), 255, np.uint8), np.full((20, 40), 255, np.uint8)
    back[:, :10] = 0
    seen = show_through(front, back, np.random.default_rng(1))
    assert seen[:, 32:].mean() < seen[:, :20].mean() == 255
