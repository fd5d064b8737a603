"""The detection loss: sigmoid focal loss for the classes, smooth L1 for the boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from training.devices import count_devices, sum_over_devices

if TYPE_CHECKING:
    from training.config import LossConfig

# A tensor of whichever backend Keras runs on.
Tensor = Any


def focal_losses(labels: Tensor, logits: Tensor, *, alpha: float, gamma: float) -> Tensor:
    """Return the sigmoid focal loss of each element (Lin et al. 2017); `labels` are 0 or 1."""
    # log(1 + exp(-x)), written so that it neither overflows nor loses small values.
    softplus = ops.maximum(-logits, 0.0) + ops.log1p(ops.exp(-ops.abs(logits)))
    cross_entropy = softplus + (1.0 - labels) * logits
    probabilities = ops.sigmoid(logits)
    misses = ops.abs(labels - probabilities)
    alphas = labels * alpha + (1.0 - labels) * (1.0 - alpha)
    return alphas * misses**gamma * cross_entropy


def smooth_l1_losses(expected: Tensor, received: Tensor) -> Tensor:
    """Return the smooth L1 (Huber, delta 1) loss of each element."""
    distances = ops.abs(expected - received)
    return ops.where(distances < 1.0, 0.5 * distances**2, distances - 0.5)


def count_positives(targets: Tensor) -> Tensor:
    """Return the number of positive anchors in the batch, at least one, as float32.

    Where the batch is spread over devices it is each one's share of the whole number, so that the
    mean of their losses is the loss of the whole batch.
    """
    positives = sum_over_devices(ops.sum(ops.cast(targets[..., 0] > 0, "float32")))
    return ops.maximum(positives, 1.0) / count_devices()


def pick_hard_negatives(losses: Tensor, classes: Tensor, *, ratio: float) -> Tensor:
    """Return which anchors are the hardest background of their picture, bool [B, A].

    `losses` and `classes` are [B, A]. A picture with p positives keeps `ratio` times p, or `ratio`
    where it has none (Liu et al. 2016, SSD).
    """
    positives = ops.sum(ops.cast(classes > 0, "float32"), axis=1, keepdims=True)
    limit = ops.cast(ops.ceil(ratio * ops.maximum(positives, 1.0)), "int32")
    # What is no background is never among the hardest.
    scores = ops.where(classes == 0, losses, -1.0)
    falling = -ops.sort(-scores, axis=1)
    last = ops.minimum(limit, losses.shape[1]) - 1
    return (classes == 0) & (scores >= ops.take_along_axis(falling, last, axis=1))


class DetectionLoss:
    """What training minimises, and its two parts.

    `targets` is [B, A, 5] as `training.matcher` makes them, `predictions` [B, A, classes + 4].
    Both parts are sums over anchors, divided by the number of positives.
    """

    def __init__(self, config: LossConfig) -> None:
        self._config = config

    def total_loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        """Return the weighted sum of the parts; where devices share a batch, this one's share."""
        config = self._config
        classes = config.class_weight * self.class_loss(targets, predictions)
        boxes = config.box_weight * self.box_loss(targets, predictions)
        # Keras adds up what the devices answer, and would only divide it itself were it no scalar.
        return (classes + boxes) / count_devices()

    def class_loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        """Return the focal loss of all anchors that are not ignored."""
        config, classes, logits = self._config, targets[..., 0], predictions[..., :-4]
        # Class 0 and the ignored -1 become a row of zeros.
        labels = ops.one_hot(ops.cast(classes, "int32") - 1, logits.shape[-1])
        labels = ops.cast(labels, logits.dtype)
        elements = focal_losses(labels, logits, alpha=config.focal_alpha, gamma=config.focal_gamma)
        losses = ops.sum(elements, axis=-1)
        counted = classes >= 0
        if config.hard_negatives:
            hard = pick_hard_negatives(losses, classes, ratio=config.hard_negatives)
            counted = (classes > 0) | hard
        return ops.sum(losses * ops.cast(counted, losses.dtype)) / count_positives(targets)

    def box_loss(self, targets: Tensor, predictions: Tensor) -> Tensor:
        """Return the smooth L1 loss of the positives' four offsets."""
        positive = ops.cast(targets[..., 0] > 0, predictions.dtype)
        losses = ops.sum(smooth_l1_losses(targets[..., 1:], predictions[..., -4:]), axis=-1)
        return ops.sum(losses * positive) / count_positives(targets)
