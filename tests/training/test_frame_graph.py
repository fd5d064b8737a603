import numpy as np
import pytest
import tensorflow as tf

from training.frame_graph import PADDING, average_grey, fit_frames


def fit(frame, long_side):
    images, size = fit_frames(tf.constant(frame[None]), long_side=long_side)
    return images.numpy()[0, ..., 0], size.numpy().tolist()


def test_grey_is_luma():
    pixel = tf.constant(np.array([[[[100, 200, 50]]]], np.uint8))
    assert average_grey(pixel, tf.constant(1)).numpy().item() == pytest.approx(
        0.299 * 100 + 0.587 * 200 + 0.114 * 50
    )


def test_a_small_frame_is_padded_and_not_enlarged():
    image, size = fit(np.full((40, 33, 3), 7, np.uint8), 1280)
    assert (image.shape, size) == ((64, 64), [40, 33])
    assert image[:40, :33] == pytest.approx(7)
    assert (image[40:] == PADDING).all()
    assert (image[:, 33:] == PADDING).all()


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(400, 300, [200, 150]), (300, 400, [150, 200]), (250, 100, [200, 80]), (900, 10, [200, 2])],
)
def test_the_longer_side_comes_down_and_the_aspect_ratio_stays(height, width, expected):
    _, size = fit(np.zeros((height, width, 3), np.uint8), 200)
    assert size == expected


def test_shrinking_averages_instead_of_skipping():
    stripes = np.zeros((1300, 1300, 3), np.uint8)
    stripes[:, ::2] = 255
    image, size = fit(stripes, 320)
    rows, columns = size
    assert np.abs(image[8 : rows - 8, 8 : columns - 8] - 127.5).max() < 20


def test_a_mark_keeps_its_place_when_the_frame_shrinks():
    frame = np.zeros((1000, 700, 3), np.uint8)
    frame[600:620, 350:370] = 255
    image, _ = fit(frame, 400)
    ys, xs = np.nonzero(image > 180)
    assert (ys.mean() + 0.5) / 400 == pytest.approx(0.61, abs=0.003)
    assert (xs.mean() + 0.5) / 280 == pytest.approx(360 / 700, abs=0.003)


def test_colours_are_shrunk_like_grey_and_stay_apart():
    frame = np.random.default_rng(0).integers(0, 256, (1, 90, 130, 3)).astype(np.uint8)
    images, size = fit_frames(tf.constant(frame), long_side=64, channels=3)
    assert (images.shape, size.numpy().tolist()) == ((1, 64, 64, 3), [44, 64])
    for place in range(3):
        plane = tf.constant(np.repeat(frame[..., place : place + 1], 3, axis=-1))
        grey, _ = fit_frames(plane, long_side=64)
        np.testing.assert_allclose(images[..., place], grey[..., 0], atol=1e-3)


def test_average_of_blocks_leaves_the_remainder_out():
    column = np.repeat(np.arange(15, dtype=np.uint8).reshape(1, 3, 5, 1), 3, axis=3)
    means = average_grey(tf.constant(column), tf.constant(2)).numpy()[0, ..., 0]
    assert means[0] == pytest.approx([3.0, 5.0])
    assert means.shape == (1, 2)
