"""The bare network as a frozen SavedModel: what the converters for other runtimes start from.

What stands round it in the graph of our own SavedModel (shrinking, anchors, suppression) is slow in
those runtimes or not to be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from training.contract import INPUT_NAME, OUTPUT_NAME

if TYPE_CHECKING:
    from pathlib import Path

    import keras


def save_network(model: keras.Model, folder: Path) -> None:
    """Write the network for one picture, all weights constants, into `folder`.

    The picture has any size where the model takes any.
    """
    spec = tf.TensorSpec((1, *model.inputs[0].shape[1:]), tf.float32, name=INPUT_NAME)
    traced = tf.function(lambda images: model(images, training=False))
    frozen = convert_variables_to_constants_v2(
        traced.get_concrete_function(spec), lower_control_flow=False
    )
    module = tf.Module()
    module.run = tf.function(
        lambda images: {OUTPUT_NAME: frozen(images)[0]}, input_signature=[spec]
    )
    signature = module.run.get_concrete_function()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": signature})
