"""The second stage's network: a patch of one box in, its class and its edges out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import layers, ops

from training.normalization import BatchNormalization

if TYPE_CHECKING:
    from training.blocks import Tensor
    from training.refiner.config import RefinerNetwork

# Of a patch's grey levels: flat paper is not blown up to noise.
LEAST_CONTRAST = 8.0


def build_refiner(network: RefinerNetwork) -> keras.Model:
    """Return an untrained second stage: [N, height, width, C] in 0..255 -> [N, classes + 4].

    The rows are as `training.refiner.rows` has them. Each patch is brought to the same mean and
    contrast first.
    """
    rule = network.rule
    patch = keras.Input((rule.height, rule.width, network.channels), name="patches")
    features = _normalize(patch)
    first, second, third = network.filters
    # The first two are brief: at half and a quarter of the size they cost more than all others.
    features = _conv(features, first, size=5, stride=2)
    middle = _conv(_conv(features, second // 2 + second // 6, stride=2), second)
    features = _conv(_conv(middle, third, stride=2), third)
    # Where in the patch something lies is what the edges depend on: no picture is pooled whole.
    shape = layers.Flatten()(_conv(features, network.squeezed, size=1))
    profiles = [layers.Flatten()(ops.mean(middle, axis=axis)) for axis in (1, 2)]
    known = layers.Concatenate()([shape, *profiles])
    hidden = layers.Dense(network.hidden, activation="relu")(known)
    logits = layers.Dense(max(network.labels), name="logits")(
        layers.Dropout(network.dropout)(hidden)
    )
    # It begins by leaving boxes where they are.
    edges = layers.Dense(4, kernel_initializer="zeros", name="edges")(hidden)
    rows = layers.Concatenate(dtype="float32")([logits, edges])
    return keras.Model(patch, rows, name="refiner")


def _normalize(patch: Tensor) -> Tensor:
    axes = (1, 2, 3)
    centred = patch - ops.mean(patch, axis=axes, keepdims=True)
    contrast = ops.sqrt(ops.mean(ops.square(centred), axis=axes, keepdims=True))
    return centred / (contrast + LEAST_CONTRAST)


def _conv(features: Tensor, filters: int, *, size: int = 3, stride: int = 1) -> Tensor:
    conv = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)
    return layers.ReLU()(BatchNormalization(momentum=0.98)(conv(features)))
