from dataclasses import replace

import numpy as np
import pytest

from training.augment_shape import (
    cut_out,
    fit_square,
    pad_out,
    random_crop_image,
    random_horizontal_flip,
    random_image_scale,
    random_jitter_boxes,
    random_pad_image,
    random_rotation90,
    random_vertical_flip,
    ssd_random_crop,
)
from training.example import Example


def marked(height=40, width=80):
    """A white box at rows 0-10, columns 40-80 of a black picture."""
    image = np.zeros((height, width, 1), np.uint8)
    image[:10, 40:] = 255
    box = np.float32([[0, 40 / width, 10 / height, 1]])
    return Example(image, box, np.int32([2]), np.array([False]))


def rng():
    return np.random.default_rng(0)


def lit_box(example):
    """The bounds of what is white, as a box."""
    rows, columns = np.nonzero(example.image[..., 0] > 200)
    height, width = example.image.shape[:2]
    ends = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
    return np.float32(ends) / np.float32([height, width, height, width])


@pytest.mark.parametrize(
    ("flip", "box"),
    [
        (random_horizontal_flip, [0, 0, 0.25, 0.5]),
        (random_vertical_flip, [0.75, 0.5, 1, 1]),
        # What was at the right is on top, what was on top at the left.
        (random_rotation90, [0, 0, 0.5, 0.25]),
    ],
)
def test_a_flip_carries_the_box_along(flip, box):
    flipped = flip(marked(), rng(), probability=1.0)
    np.testing.assert_allclose(flipped.boxes, [box])
    np.testing.assert_allclose(lit_box(flipped), box)
    assert flip(marked(), rng(), probability=0.0).boxes.tolist() == marked().boxes.tolist()


def test_four_quarter_turns_are_none():
    turned = marked()
    for _ in range(4):
        turned = random_rotation90(turned, rng(), probability=1.0)
    np.testing.assert_array_equal(turned.image, marked().image)
    np.testing.assert_allclose(turned.boxes, marked().boxes)


def test_a_cut_clips_the_box_and_ignores_what_is_hardly_left():
    half = cut_out(marked(), np.float32([0, 0.25, 0.5, 0.75]), least_seen=0.5)
    assert half.image.shape == (20, 40, 1)
    np.testing.assert_allclose(half.boxes, [[0, 0.5, 0.5, 1]])
    assert half.ignored.tolist() == [False]
    assert cut_out(marked(), np.float32([0, 0, 1, 0.7]), least_seen=0.5).ignored.tolist() == [True]


def test_a_box_outside_the_cut_goes():
    gone = cut_out(marked(), np.float32([0.5, 0, 1, 1]), least_seen=0.3)
    assert (len(gone.boxes), len(gone.classes), len(gone.ignored)) == (0, 0, 0)


def test_padding_keeps_the_box_on_its_object():
    padded = pad_out(marked(), np.float32([-0.5, -0.25, 1, 1.5]))
    assert padded.image.shape == (60, 140, 1)
    np.testing.assert_allclose(padded.boxes, [lit_box(padded)])
    assert padded.image[0, 0, 0] == 128


@pytest.mark.parametrize("seed", range(5))
def test_a_crop_holds_what_it_has_to(seed):
    options = {"min_aspect_ratio": 0.5, "max_aspect_ratio": 2.0, "max_area": 0.8}
    options["min_object_covered"] = 0.6
    crop = random_crop_image(marked(), np.random.default_rng(seed), **options)
    height, width = crop.image.shape[:2]
    assert height * width < 0.82 * 40 * 80
    np.testing.assert_allclose(crop.boxes, [lit_box(crop)], atol=0.03)
    assert (crop.image > 200).sum() > 0.5 * 10 * 40
    assert crop.ignored.tolist() == [False]


def test_a_crop_that_cannot_be_had_leaves_the_picture_whole():
    example = replace(marked(), boxes=np.float32([[0, 0, 1, 1]]))
    assert random_crop_image(example, rng(), max_area=0.5) is example
    assert random_crop_image(example, rng(), min_object_covered=0.0, random_coef=1.0) is example


def test_ssd_crops_change_in_size():
    sizes = {ssd_random_crop(marked(), np.random.default_rng(k)).image.shape for k in range(8)}
    assert len(sizes) > 4


@pytest.mark.parametrize("scale", [0.5, 0.8])
def test_scaling_down_shrinks_the_box_and_keeps_the_size(scale):
    scaled = random_image_scale(marked(), rng(), min_scale_ratio=scale, max_scale_ratio=scale)
    assert scaled.image.shape == (40, 80, 1)
    sides = scaled.boxes[0, 2:] - scaled.boxes[0, :2]
    np.testing.assert_allclose(sides, [0.25 * scale, 0.5 * scale], atol=0.02)
    np.testing.assert_allclose(scaled.boxes, [lit_box(scaled)], atol=0.03)


def test_scaling_up_enlarges_what_is_seen():
    example = replace(marked(), boxes=np.float32([[0.4, 0.45, 0.6, 0.55]]))
    scaled = random_image_scale(example, rng(), min_scale_ratio=1.25, max_scale_ratio=1.25)
    assert scaled.image.shape == (40, 80, 1)
    sides = scaled.boxes[0, 2:] - scaled.boxes[0, :2]
    np.testing.assert_allclose(sides, [0.25, 0.125], atol=0.01)


def test_a_padded_picture_is_as_large_as_was_asked_for():
    padded = random_pad_image(marked(), rng(), min_image_height=70, max_image_height=70)
    assert padded.image.shape[0] == 70
    assert 80 <= padded.image.shape[1] <= 160
    np.testing.assert_allclose(padded.boxes, [lit_box(padded)])


def test_jittered_boxes_stay_near_and_inside():
    jittered = random_jitter_boxes(marked(), rng(), ratio=0.1)
    shift = np.abs(jittered.boxes - marked().boxes)
    assert 0 < shift.max() <= 0.1 * 0.5
    assert jittered.boxes.min() >= 0
    assert jittered.boxes.max() <= 1


def test_a_wide_picture_is_made_square_with_grey_below():
    square = fit_square(marked(), 40)
    assert square.image.shape == (40, 40, 1)
    np.testing.assert_allclose(square.boxes, [[0, 0.5, 0.125, 1]])
    assert (square.image[20:] == 128).all()
    assert (square.image[:5, 20:] == 255).all()
