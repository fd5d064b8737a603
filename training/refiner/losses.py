"""The second stage's loss: cross-entropy for the class, the distance of the edges for the box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

if TYPE_CHECKING:
    from training.refiner.config import RefinerConfig

# A tensor of whichever backend Keras runs on.
Tensor = Any

# Closer than this, in parts of a box's side, the distance counts by its square.
ROUND = 0.01


class RefinerLoss:
    """What training minimises, and its two parts.

    `targets` is [B, 5], the label (0 is nothing) and the edges, `rows` [B, classes + 4].
    """

    def __init__(self, config: RefinerConfig) -> None:
        self._config = config

    def total_loss(self, targets: Tensor, rows: Tensor) -> Tensor:
        """Return the weighted sum of the parts."""
        boxes = self._config.box_weight * self.box_loss(targets, rows)
        return self.class_loss(targets, rows) + boxes

    def class_loss(self, targets: Tensor, rows: Tensor) -> Tensor:
        """Return the mean cross-entropy over the batch; "nothing" has the logit 0."""
        labels = ops.one_hot(ops.cast(targets[:, 0], "int32"), rows.shape[-1] - 3)
        logits = ops.concatenate([ops.zeros_like(rows[:, :1]), rows[:, :-4]], axis=1)
        log_shares = ops.log_softmax(logits, axis=1)
        return -ops.mean(ops.sum(ops.cast(labels, rows.dtype) * log_shares, axis=1))

    def box_loss(self, targets: Tensor, rows: Tensor) -> Tensor:
        """Return the mean Huber distance over what is something, summed over the four edges."""
        distances = ops.abs(targets[:, 1:] - rows[:, -4:])
        near = distances**2 / (2 * ROUND)
        losses = ops.where(distances < ROUND, near, distances - ROUND / 2)
        is_something = ops.cast(targets[:, 0] > 0, rows.dtype)
        number = ops.maximum(ops.sum(is_something), 1.0)
        return ops.sum(ops.sum(losses, axis=1) * is_something) / number
