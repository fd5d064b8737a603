"""The judge's loss: cross-entropy over all characters, and once more within each group of twins."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from keras import ops

from training.twins.glyphs import CLASSES, TWINS, number_of

# A tensor of whichever backend Keras runs on.
Tensor = Any

_TWIN_WEIGHT: Final = 1.0
_LIKE_WEIGHT: Final = 0.4
_OTHER_WEIGHT: Final = 0.15
_GROUP_WEIGHT: Final = 0.5
# What else is hard to tell apart; to know it helps to know the typeface.
_LIKE: Final = "5S2Z8B6b9gqsozcCwWvVxX"


def judge_loss(classes: Tensor, logits: Tensor) -> Tensor:
    """Return the loss of a batch; `classes` int32 [N, 40], `logits` float32 [N, 40, 95]."""
    classes = ops.cast(classes, "int32")  # Keras hands every truth on as floats
    weights = ops.take(ops.convert_to_tensor(_weigh_classes()), classes)
    costs = ops.sparse_categorical_crossentropy(classes, logits, from_logits=True)
    loss = ops.sum(costs * weights) / ops.maximum(ops.sum(weights), 1.0)
    for group in TWINS:
        loss = loss + _GROUP_WEIGHT * group_loss(classes, logits, group)
    return loss


def group_loss(classes: Tensor, logits: Tensor, group: str) -> Tensor:
    """Return the mean cross-entropy of a group's characters, all others being out of question."""
    numbers = [number_of(character) for character in group]
    is_one = [ops.equal(classes, number) for number in numbers]
    truth = ops.argmax(ops.stack([ops.cast(one, "int32") for one in is_one], axis=-1), axis=-1)
    logits = ops.take(logits, numbers, axis=-1)
    costs = ops.sparse_categorical_crossentropy(truth, logits, from_logits=True)
    is_in = ops.cast(ops.any(ops.stack(is_one), axis=0), "float32")
    return ops.sum(costs * is_in) / (ops.sum(is_in) + 1.0)


def _weigh_classes() -> np.ndarray:
    weights = np.full(CLASSES, _OTHER_WEIGHT, np.float32)
    weights[0] = 0.0
    weights[[number_of(character) for character in _LIKE]] = _LIKE_WEIGHT
    weights[[number_of(character) for character in "".join(TWINS)]] = _TWIN_WEIGHT
    return weights
