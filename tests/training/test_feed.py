import numpy as np
import pytest

from tests.training.drawing import DrawnSource
from training.anchors import AnchorLevel, image_anchors
from training.example import Example, to_grey
from training.feed import BatchForm, FeedError, encode_example, make_batches, open_feed
from training.matcher import match_anchors

ONE = BatchForm(size=96, number=1)


class BrokenSource:
    def sample(self, rng):
        raise SystemExit(3)


def test_luma_weights_turn_rgb_to_grey():
    image = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert to_grey(image).tolist() == [[[76], [150], [29]]]


def test_encode_example_scales_boxes_to_pixels():
    box = np.array([[0.25, 0.5, 0.5, 1.0]], np.float32)
    classes, ignored = np.array([4], np.int32), np.array([False])
    example = Example(np.zeros((32, 64, 1), np.uint8), box, classes, ignored)
    anchors = image_anchors(height=32, width=64)
    pixels = np.array([[8, 32, 16, 64]], np.float32)
    expected = match_anchors(anchors, pixels, classes, ignored=ignored)
    np.testing.assert_array_equal(encode_example(example, anchors), expected)


def test_batches_have_the_shapes_that_the_model_takes():
    form = BatchForm(size=96, number=2)
    batch = next(make_batches(DrawnSource(96), form, np.random.default_rng(0)))
    assert (batch.images.shape, batch.images.dtype) == ((2, 96, 96, 1), np.uint8)
    assert (batch.targets.shape, batch.targets.dtype) == ((2, 1134, 5), np.float32)
    assert (batch.targets[..., 0] > 0).any(axis=1).all()


def test_a_batch_has_the_channels_and_the_anchors_that_are_asked_for():
    levels = (AnchorLevel(8, (20.0,), (1.0,)),)
    form = BatchForm(size=96, number=1, channels=3, levels=levels)
    batch = next(make_batches(DrawnSource(96), form, np.random.default_rng(0)))
    assert batch.images.shape == (1, 96, 96, 3)
    assert (batch.images == batch.images[..., :1]).all()
    assert batch.targets.shape == (1, 144, 5)


def test_workers_give_the_same_batches_for_the_same_seed_in_turn():
    source = DrawnSource(96)
    with open_feed(source, ONE, workers=2, seed=(7, 0)) as batches:
        taken = [next(batches) for _ in range(4)]
    streams = [
        make_batches(source, ONE, np.random.default_rng((7, 0, number))) for number in range(2)
    ]
    expected = [next(streams[index % 2]) for index in range(4)]
    for one, other in zip(taken, expected, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.targets, other.targets)


def test_a_dead_worker_is_an_error_and_no_hang(monkeypatch):
    monkeypatch.setattr("training.feed.POLL_S", 0.1)
    with (
        open_feed(BrokenSource(), ONE, workers=1, seed=(1,)) as batches,
        pytest.raises(FeedError, match="exit code 3"),
    ):
        next(batches)
