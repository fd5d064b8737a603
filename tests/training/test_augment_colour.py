from dataclasses import replace

import numpy as np
import pytest

from training import augment_colour as colour
from training.augment_colour import COLOUR_OPTIONS
from training.example import Example


def picture(*pixels):
    image = np.array(pixels, np.uint8).reshape(1, len(pixels), -1)
    none = np.zeros((0, 4), np.float32)
    return Example(image, none, np.zeros(0, np.int32), np.zeros(0, bool))


def rng():
    return np.random.default_rng(0)


def plain(value=100, side=32):
    return replace(picture(0), image=np.full((side, side, 3), value, np.uint8))


def test_brightness_adds_the_same_everywhere_and_stays_in_range():
    changed = colour.random_adjust_brightness(picture(0, 100, 255), rng(), max_delta=0.2)
    delta = rng().uniform(-0.2, 0.2) * 255
    expected = np.clip(np.rint(np.array([0, 100, 255]) + delta), 0, 255)
    assert changed.image.ravel().tolist() == expected.tolist()


def test_contrast_stretches_about_the_mean():
    changed = colour.random_adjust_contrast(picture(80, 120), rng(), min_delta=2.0, max_delta=2.0)
    assert changed.image.ravel().tolist() == [60, 140]


def test_saturation_zero_is_grey_of_the_same_value():
    changed = colour.random_adjust_saturation(
        picture((200, 100, 50)), rng(), min_delta=0.0, max_delta=0.0
    )
    assert changed.image.ravel().tolist() == [200, 200, 200]


def test_hue_turns_red_towards_a_neighbour_and_leaves_grey():
    changed = colour.random_adjust_hue(picture((255, 0, 0), (9, 9, 9)), rng(), max_delta=0.1)
    red, grey = changed.image[0].tolist()
    assert red[0] == 255
    assert max(red[1:]) > 20
    assert grey == [9, 9, 9]


@pytest.mark.parametrize("name", ["random_adjust_hue", "random_adjust_saturation"])
def test_a_grey_picture_has_no_colour_to_change(name):
    example = picture(7, 200)
    assert COLOUR_OPTIONS[name](example, rng()) is example


def test_colours_are_taken_away_by_luma():
    changed = colour.random_rgb_to_gray(picture((255, 0, 0)), rng(), probability=1.0)
    assert changed.image.ravel().tolist() == [76, 76, 76]


def test_low_quality_loses_detail_and_high_keeps_it():
    noise = np.random.default_rng(1).integers(0, 256, (32, 32, 1)).astype(np.uint8)
    example = replace(picture(0), image=noise)
    errors = [
        np.abs(
            colour.random_jpeg_quality(
                example, rng(), min_jpeg_quality=quality, max_jpeg_quality=quality
            ).image.astype(int)
            - noise
        ).mean()
        for quality in (5, 100)
    ]
    assert errors[0] > 20 > 2 > errors[1]


def test_compression_keeps_the_order_of_the_channels():
    example = replace(plain(), image=np.full((16, 16, 3), (200, 100, 50), np.uint8))
    changed = colour.random_jpeg_quality(example, rng(), min_jpeg_quality=95)
    np.testing.assert_allclose(changed.image[8, 8], [200, 100, 50], atol=4)


def test_black_patches_are_as_many_and_as_large_as_was_asked_for():
    changed = colour.random_black_patches(
        plain(), rng(), max_black_patches=1, probability=1.0, size_to_image_ratio=0.25
    )
    assert (changed.image == 0).all(axis=-1).sum() == 64


def test_noise_stays_in_its_patch():
    changed = colour.random_patch_gaussian(
        plain(), rng(), min_patch_size=9, max_patch_size=9, min_gaussian_stddev=0.2
    )
    rows, columns = np.nonzero((changed.image != 100).any(axis=-1))
    assert 0 < len(rows) <= 81
    assert max(np.ptp(rows), np.ptp(columns)) <= 8


def test_values_are_scaled_one_by_one():
    changed = colour.random_pixel_value_scale(plain(), rng())
    assert 90 <= changed.image.min() < changed.image.max() <= 110


def test_a_distorted_colour_is_another_one():
    changed = colour.random_distort_color(picture((200, 100, 50)), rng())
    assert changed.image.ravel().tolist() != [200, 100, 50]
