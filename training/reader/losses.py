"""The reader's loss: CTC over the whole line, and at first the character at each known middle."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from training.reader.alphabet import BLANK
from training.reader.batches import MAX_CHARACTERS

# A tensor of whichever backend Keras runs on.
Tensor = Any

_HEAD = 2 + MAX_CHARACTERS


def ctc_loss(truth: Tensor, logits: Tensor) -> Tensor:
    """Return CTC's loss a character, float32 [B]; `truth` is that of `ReaderBatch`."""
    truth = ops.cast(truth, "int32")  # Keras hands every truth on as floats
    steps, characters, labels = truth[:, 0], truth[:, 1], truth[:, 2:_HEAD]
    costs = _ctc_costs(labels, logits, label_steps=characters, steps=steps)
    return costs / ops.cast(ops.maximum(characters, 1), "float32")


def middle_loss(truth: Tensor, logits: Tensor) -> Tensor:
    """Return the mean cross-entropy at the steps where a character has its middle, float32 [B]."""
    marks = ops.cast(truth[:, _HEAD:], "int32")
    is_marked = ops.cast(marks > BLANK, "float32")
    costs = ops.sparse_categorical_crossentropy(marks, logits, from_logits=True) * is_marked
    return ops.sum(costs, axis=1) / ops.maximum(ops.sum(is_marked, axis=1), 1.0)


class ReadingLoss:
    """CTC plus the middles' loss, whose weight the training loop lowers as the reader learns."""

    def __init__(self) -> None:
        """Start with both losses at equal weight."""
        self.middle_weight = keras.Variable(1.0, trainable=False, dtype="float32", name="middle")

    def __call__(self, truth: Tensor, logits: Tensor) -> Tensor:
        """Return the loss of each strip, float32 [B]."""
        return ctc_loss(truth, logits) + self.middle_weight * middle_loss(truth, logits)


def _ctc_costs(labels: Tensor, logits: Tensor, *, label_steps: Tensor, steps: Tensor) -> Tensor:
    if keras.backend.backend() != "tensorflow":
        return ops.ctc_loss(labels, logits, label_steps, steps, mask_index=BLANK)
    return _ctc_costs_of_kernel(labels, logits, label_steps=label_steps, steps=steps)


def _ctc_costs_of_kernel(
    labels: Tensor, logits: Tensor, *, label_steps: Tensor, steps: Tensor
) -> Tensor:
    """TensorFlow's C++ kernel: what Keras calls is a loop over time, many times slower on a CPU."""
    import tensorflow as tf  # noqa: PLC0415 - not there under another backend

    is_label = tf.sequence_mask(label_steps, tf.shape(labels)[1])
    sparse = tf.SparseTensor(
        tf.where(is_label),
        # The kernel wants the blank as the last class.
        tf.boolean_mask(labels, is_label) - 1,
        tf.cast(tf.shape(labels), tf.int64),
    )
    rolled = tf.roll(logits, -1, axis=-1)
    return tf.compat.v1.nn.ctc_loss(sparse, rolled, steps, time_major=False)
