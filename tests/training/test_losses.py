import numpy as np
import pytest
from keras import ops

from training.config import LossConfig
from training.losses import DetectionLoss, focal_losses, pick_hard_negatives, smooth_l1_losses

ALPHA = LossConfig().focal_alpha
FOCAL = {"alpha": ALPHA, "gamma": 2.0}
LOSS = DetectionLoss(LossConfig())


def batch(*rows):
    return np.array([rows], np.float32)


def test_focal_loss_at_even_odds():
    # At logit 0 both labels miss by a half: a quarter of the cross entropy log 2.
    losses = ops.convert_to_numpy(
        focal_losses(np.float32([1.0, 0.0]), np.float32([0.0, 0.0]), **FOCAL)
    )
    quarter = 0.25 * np.log(2)
    assert losses == pytest.approx([ALPHA * quarter, (1 - ALPHA) * quarter])


def test_focal_loss_stays_finite_at_extreme_logits():
    labels, logits = np.float32([1, 0, 1, 0]), np.float32([-200, 200, 200, -200])
    losses = ops.convert_to_numpy(focal_losses(labels, logits, **FOCAL))
    assert losses == pytest.approx([ALPHA * 200, (1 - ALPHA) * 200, 0, 0])


def test_smooth_l1_is_square_below_one_and_linear_above():
    losses = smooth_l1_losses(np.float32([0.0, 0.0, 0.0]), np.float32([0.5, 1.0, -3.0]))
    assert ops.convert_to_numpy(losses) == pytest.approx([0.125, 0.5, 2.5])


def test_class_loss_leaves_out_ignored_anchors_and_divides_by_the_positives():
    targets = batch([2, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0])
    predictions = np.zeros((1, 4, 6), np.float32)
    quarter = 0.25 * np.log(2)
    expected = (2 * ALPHA + 4 * (1 - ALPHA)) * quarter / 2
    assert float(LOSS.class_loss(targets, predictions)) == pytest.approx(expected, rel=1e-5)


def test_class_loss_rewards_the_right_class_only():
    targets = batch([2, 0, 0, 0, 0])
    right = LOSS.class_loss(targets, batch([-9, 9, 0, 0, 0, 0]))
    wrong = LOSS.class_loss(targets, batch([9, -9, 0, 0, 0, 0]))
    assert float(right) < 1e-4 < 1 < float(wrong)


def test_box_loss_counts_positives_only():
    targets = batch([1, 0, 0, 0, 3], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0])
    predictions = np.full((1, 3, 6), 0.0, np.float32)
    predictions[0, 1:, -4:] = 100
    assert float(LOSS.box_loss(targets, predictions)) == pytest.approx(2.5)


def test_detection_loss_is_the_weighted_sum():
    targets, predictions = batch([1, 0, 0, 0, 3]), np.zeros((1, 1, 6), np.float32)
    expected = float(LOSS.class_loss(targets, predictions)) + LossConfig().box_weight * 2.5
    assert float(LOSS.total_loss(targets, predictions)) == pytest.approx(expected)


def test_a_batch_without_positives_has_a_finite_loss():
    targets, predictions = np.zeros((1, 2, 5), np.float32), np.zeros((1, 2, 6), np.float32)
    assert 0 < float(LOSS.total_loss(targets, predictions)) < 1


def test_gamma_zero_is_the_plain_cross_entropy():
    losses = focal_losses(np.float32([1.0]), np.float32([0.0]), alpha=0.5, gamma=0.0)
    assert ops.convert_to_numpy(losses) == pytest.approx([0.5 * np.log(2)])


def test_the_hardest_background_of_each_picture_is_picked():
    classes = np.float32([[1, 0, 0, 0, -1], [0, 0, 0, 0, 0]])
    losses = np.float32([[9, 1, 3, 2, 9], [5, 4, 3, 2, 1]])
    picked = ops.convert_to_numpy(pick_hard_negatives(losses, classes, ratio=2.0))
    assert picked.tolist() == [[0, 0, 1, 1, 0], [1, 1, 0, 0, 0]]


def test_more_background_than_there_is_may_be_asked_for():
    classes = np.float32([[1, 1, 0]])
    picked = ops.convert_to_numpy(pick_hard_negatives(classes, classes, ratio=3.0))
    assert picked.tolist() == [[False, False, True]]


def test_with_hard_negatives_the_easy_background_does_not_count():
    targets = batch([1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0])
    predictions = batch([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [-3, 0, 0, 0, 0])
    mined = DetectionLoss(LossConfig(hard_negatives=1.0))
    expected = LOSS.class_loss(targets[:, :2], predictions[:, :2])
    assert float(mined.class_loss(targets, predictions)) == pytest.approx(float(expected))
    assert float(LOSS.class_loss(targets, predictions)) > float(expected)
