import numpy as np
import pytest

from tests.training.drawing import DrawnSource
from training.boxes import pairwise_ious
from training.fit_anchors import fit_levels, sample_boxes


def boxes_of(*shapes):
    return np.array([[0, 0, height, width] for height, width in shapes], np.float32)


def test_squares_of_one_size_ask_for_one_level_and_one_aspect():
    (level,) = fit_levels(boxes_of((22, 22), (24, 24), (26, 26)))
    assert (level.stride, level.heights, level.aspects) == (8, (20.0, 28.3), (1.0,))


def test_larger_boxes_ask_for_coarser_levels():
    assert [level.stride for level in fit_levels(boxes_of((90, 90), (400, 400)))] == [32, 64, 128]
    assert [level.stride for level in fit_levels(boxes_of((20, 20), (60, 60)))] == [8, 16]


def test_aspects_span_those_of_the_boxes_in_even_ratios():
    (level,) = fit_levels(boxes_of(*[(20, 20)] * 50, *[(10, 40)] * 50))
    assert level.aspects == pytest.approx((1.0, 1.587, 2.52, 4.0), abs=0.01)


def test_an_anchor_of_the_size_fits_every_box_of_the_sample():
    shapes = np.random.default_rng(0).uniform(22, 120, (200, 2))
    boxes = boxes_of(*shapes)
    anchors = np.concatenate([boxes_of(*level.shapes()) for level in fit_levels(boxes)])
    best = pairwise_ious(anchors, boxes).max(axis=0)
    assert np.quantile(best, 0.05) > 0.5


def test_no_boxes_are_an_error():
    with pytest.raises(ValueError, match="found none"):
        fit_levels(boxes_of().reshape(0, 4))


def test_boxes_are_sampled_in_pixels():
    boxes = sample_boxes(DrawnSource(96), size=96, seed=1)
    assert boxes.shape == (200, 4)
    assert 8 < (boxes[:, 2] - boxes[:, 0]).mean() < 30
