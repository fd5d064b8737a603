"""The detector in int8 from its first layer to its last, for LiteRT.

A bare network takes pixels and answers with rows; both are float32, and reckoning in int8 would
begin and end with turning a million numbers into others. Here a picture comes normalised, so that
its pixels less 128 are int8 as they stand, and rows are bound, so that int8 is fine enough for
them: a step is a twentieth of a logit, and a two-hundredth of an anchor's side.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from training.head import PREDICTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# A symbolic tensor of Keras.
Tensor = Any

# Logits and offsets of what is found stay well within it; what is further off is background.
BOUND = 6.0


def bound_rows(model: keras.Model) -> keras.Model:
    """Return what answers as a detector does, but takes normalised pictures and bounds its rows.

    The layers that stay are those of `model`.
    """
    whole = keras.models.clone_model(
        model, clone_function=lambda layer: layer, call_function=_Bind().call
    )
    rows = layers.Rescaling(BOUND, name="rows")(whole.outputs[0])
    return keras.Model(whole.inputs[0], rows, name=model.name)


def normalize(pictures: Floats) -> Floats:
    """Return pictures in 0..255 as the network's first layer would have made them."""
    return (pictures / 64 - 2).astype(np.float32)


class _Bind:
    """Calls the layers of a model one after the other; one that has changed serves every level."""

    def __init__(self) -> None:
        self._bound: layers.Conv2D | None = None

    def call(self, layer: keras.layers.Layer, *args: Tensor, **kwargs: Tensor) -> Tensor:
        if type(layer) is layers.Rescaling:
            return args[0]
        if layer.name != PREDICTIONS:
            return layer(*args, **kwargs)
        if self._bound is None:
            self._bound = _divide(layer)
        # In these very bounds LiteRT has it as part of the convolution.
        return layers.Lambda(partial(tf.clip_by_value, clip_value_min=-1.0, clip_value_max=1.0))(
            self._bound(args[0])
        )


def _divide(conv: layers.Conv2D) -> layers.Conv2D:
    """Return a convolution that answers `BOUND` times less."""
    settings = conv.get_config() | {"name": f"bound_{conv.name}", "bias_initializer": "zeros"}
    less = layers.Conv2D.from_config(settings)
    kernel, bias = conv.get_weights()
    less.build((None, None, None, kernel.shape[2]))
    less.set_weights([kernel / BOUND, bias / BOUND])
    return less
