"""The optimizer of a run, as its config asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from training.config import TrainConfig


def build_optimizer(config: TrainConfig) -> keras.optimizers.Optimizer:
    """Return the optimizer; AdamW alone decays the weights, the others leave that to the loss."""
    options: dict[str, Any] = {"global_clipnorm": config.max_gradient_norm or None}
    chosen = config.optimizer
    if chosen.kind == "momentum":
        return keras.optimizers.SGD(config.learning_rate, momentum=chosen.momentum, **options)
    if chosen.kind == "rmsprop":
        return keras.optimizers.RMSprop(
            config.learning_rate,
            rho=chosen.decay,
            momentum=chosen.momentum,
            epsilon=chosen.epsilon,
            **options,
        )
    return keras.optimizers.AdamW(
        config.learning_rate, weight_decay=config.weight_decay, epsilon=chosen.epsilon, **options
    )


def regularize_kernels(model: keras.Model, *, l2: float) -> None:
    """Let `l2` times half the squares of all kernels be part of the loss.

    Offsets and batch normalisation are left free, as the Object Detection API leaves them.
    """
    for weight in model.trainable_variables:
        if l2 and weight.name.endswith("kernel"):
            weight.regularizer = keras.regularizers.L2(l2 / 2)
