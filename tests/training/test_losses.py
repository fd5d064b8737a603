import numpy as np
import pytest
from keras import ops

from training.losses import (
    BOX_WEIGHT,
    FOCAL_ALPHA,
    box_loss,
    class_loss,
    detection_loss,
    focal_losses,
    smooth_l1_losses,
)


def batch(*rows):
    return np.array([rows], np.float32)


def test_focal_loss_at_even_odds():
    # At logit 0 both labels miss by a half: a quarter of the cross entropy log 2.
    losses = ops.convert_to_numpy(focal_losses(np.float32([1.0, 0.0]), np.float32([0.0, 0.0])))
    quarter = 0.25 * np.log(2)
    assert losses == pytest.approx([FOCAL_ALPHA * quarter, (1 - FOCAL_ALPHA) * quarter])


def test_focal_loss_stays_finite_at_extreme_logits():
    labels, logits = np.float32([1, 0, 1, 0]), np.float32([-200, 200, 200, -200])
    losses = ops.convert_to_numpy(focal_losses(labels, logits))
    assert losses == pytest.approx([FOCAL_ALPHA * 200, (1 - FOCAL_ALPHA) * 200, 0, 0])


def test_smooth_l1_is_square_below_one_and_linear_above():
    losses = smooth_l1_losses(np.float32([0.0, 0.0, 0.0]), np.float32([0.5, 1.0, -3.0]))
    assert ops.convert_to_numpy(losses) == pytest.approx([0.125, 0.5, 2.5])


def test_class_loss_leaves_out_ignored_anchors_and_divides_by_the_positives():
    targets = batch([2, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0])
    predictions = np.zeros((1, 4, 6), np.float32)
    quarter = 0.25 * np.log(2)
    expected = (2 * FOCAL_ALPHA + 4 * (1 - FOCAL_ALPHA)) * quarter / 2
    assert float(class_loss(targets, predictions)) == pytest.approx(expected, rel=1e-5)


def test_class_loss_rewards_the_right_class_only():
    targets = batch([2, 0, 0, 0, 0])
    right = class_loss(targets, batch([-9, 9, 0, 0, 0, 0]))
    wrong = class_loss(targets, batch([9, -9, 0, 0, 0, 0]))
    assert float(right) < 1e-4 < 1 < float(wrong)


def test_box_loss_counts_positives_only():
    targets = batch([1, 0, 0, 0, 3], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0])
    predictions = np.full((1, 3, 6), 0.0, np.float32)
    predictions[0, 1:, -4:] = 100
    assert float(box_loss(targets, predictions)) == pytest.approx(2.5)


def test_detection_loss_is_the_weighted_sum():
    targets, predictions = batch([1, 0, 0, 0, 3]), np.zeros((1, 1, 6), np.float32)
    expected = float(class_loss(targets, predictions)) + BOX_WEIGHT * 2.5
    assert float(detection_loss(targets, predictions)) == pytest.approx(expected)


def test_a_batch_without_positives_has_a_finite_loss():
    targets, predictions = np.zeros((1, 2, 5), np.float32), np.zeros((1, 2, 6), np.float32)
    assert 0 < float(detection_loss(targets, predictions)) < 1
