"""The detection loss: sigmoid focal loss for the classes, smooth L1 for the boxes."""

from __future__ import annotations

from typing import Any

from keras import ops

# A tensor of whichever backend Keras runs on.
Tensor = Any

FOCAL_ALPHA = 0.35
FOCAL_GAMMA = 2.0
BOX_WEIGHT = 0.3


def focal_losses(labels: Tensor, logits: Tensor) -> Tensor:
    """Return the sigmoid focal loss of each element (Lin et al. 2017); `labels` are 0 or 1."""
    # log(1 + exp(-x)), written so that it neither overflows nor loses small values.
    softplus = ops.maximum(-logits, 0.0) + ops.log1p(ops.exp(-ops.abs(logits)))
    cross_entropy = softplus + (1.0 - labels) * logits
    probabilities = ops.sigmoid(logits)
    misses = ops.abs(labels - probabilities)
    alphas = labels * FOCAL_ALPHA + (1.0 - labels) * (1.0 - FOCAL_ALPHA)
    return alphas * misses**FOCAL_GAMMA * cross_entropy


def smooth_l1_losses(expected: Tensor, received: Tensor) -> Tensor:
    """Return the smooth L1 (Huber, delta 1) loss of each element."""
    distances = ops.abs(expected - received)
    return ops.where(distances < 1.0, 0.5 * distances**2, distances - 0.5)


def class_loss(targets: Tensor, predictions: Tensor) -> Tensor:
    """Return the focal loss of a batch, summed over anchors and divided by the positives.

    `targets` is [B, A, 5] as `training.matcher` makes them, `predictions` [B, A, classes + 4].
    """
    logits = predictions[..., :-4]
    # Class 0 and the ignored -1 become a row of zeros.
    labels = ops.one_hot(ops.cast(targets[..., 0], "int32") - 1, logits.shape[-1])
    labels = ops.cast(labels, logits.dtype)
    counted = ops.cast(targets[..., 0] >= 0, logits.dtype)
    losses = ops.sum(focal_losses(labels, logits), axis=-1)
    return ops.sum(losses * counted) / count_positives(targets)


def box_loss(targets: Tensor, predictions: Tensor) -> Tensor:
    """Return the smooth L1 loss of the positives' four offsets, divided by the positives."""
    positive = ops.cast(targets[..., 0] > 0, predictions.dtype)
    losses = ops.sum(smooth_l1_losses(targets[..., 1:], predictions[..., -4:]), axis=-1)
    return ops.sum(losses * positive) / count_positives(targets)


def count_positives(targets: Tensor) -> Tensor:
    """Return the number of positive anchors in the batch, at least one, as float32."""
    return ops.maximum(ops.sum(ops.cast(targets[..., 0] > 0, "float32")), 1.0)


def detection_loss(targets: Tensor, predictions: Tensor) -> Tensor:
    """Return the loss that training minimises."""
    return class_loss(targets, predictions) + BOX_WEIGHT * box_loss(targets, predictions)
