"""The reader's network: convolutions over the strip, one row of class scores a time step.

It has no recurrent layer. Most of its work is done at the height of a few pixels, where a
character is little more than one column: a strip of 44 x 700 pixels takes some 170 million
multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

from training.blocks import Tensor, conv_bn_relu, residual_block
from training.normalization import BatchNormalization
from training.reader.alphabet import CLASSES
from training.reader.batches import NET_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderModelConfig:
    """Channels of the three stages over the picture, of the sequence, and the sequence's blocks.

    `kernels` are the widths of the first blocks in time steps; the blocks after them look at three
    steps that lie `dilations` apart, and so see the word around a character that has look-alikes.
    """

    stages: tuple[int, int, int] = (24, 48, 96)
    sequence: int = 192
    inner: int = 128
    kernels: tuple[int, ...] = (3, 5, 5, 3)
    dilations: tuple[int, ...] = (4, 8)


def build_reader(config: ReaderModelConfig) -> keras.Model:
    """Return an untrained reader: [N, 32, 4 T, 1] in 0..255 -> logits [N, T, 96].

    Class 0 is the blank. T is any number of time steps.
    """
    image = keras.Input((NET_HEIGHT, None, 1), name="strips")
    # Paper becomes 0, which is what convolutions pad with.
    ink = layers.Rescaling(-1 / 128, offset=255 / 128)(image)
    first, second, third = config.stages
    features = conv_bn_relu(ink, first, stride=2, kernel=6)
    features = conv_bn_relu(features, second, stride=2)
    features = residual_block(features)
    features = _halve_height(features, third)
    features = layers.Conv2D(config.sequence, (features.shape[1], 1), use_bias=False)(features)
    features = layers.ReLU()(BatchNormalization(momentum=0.98)(features))
    for kernel in config.kernels:
        features = _sequence_block(features, features, inner=config.inner, kernel=kernel)
    for dilation in config.dilations:
        features = _sequence_block(features, _join_steps(features, dilation), inner=config.inner)
    scores = layers.Conv2D(CLASSES, 1)(features)
    scores = layers.Reshape((-1, CLASSES), dtype="float32", name="logits")(scores)
    return keras.Model(image, scores, name="reader")


def _halve_height(features: Tensor, filters: int) -> Tensor:
    conv = layers.Conv2D(filters, 3, strides=(2, 1), padding="same", use_bias=False)(features)
    return layers.ReLU()(BatchNormalization(momentum=0.98)(conv))


def _sequence_block(features: Tensor, seen: Tensor, *, inner: int, kernel: int = 1) -> Tensor:
    """Return `features` [N, 1, T, C] plus what is made of `seen`, features of the same steps."""
    conv = layers.Conv2D(inner, (1, kernel), padding="same", use_bias=False)(seen)
    conv = layers.ReLU()(BatchNormalization(momentum=0.98)(conv))
    conv = layers.Conv2D(features.shape[-1], 1, use_bias=False)(conv)
    conv = BatchNormalization(momentum=0.98)(conv)
    return layers.ReLU()(layers.Add()([features, conv]))


def _join_steps(features: Tensor, gap: int) -> Tensor:
    """Return each step's features with those of the steps `gap` before and after it.

    A pointwise convolution of these is a dilated one, which TensorFlow cannot do where the number
    of steps varies from batch to batch.
    """
    padded = layers.ZeroPadding2D(((0, 0), (gap, gap)))(features)
    before = layers.Cropping2D(((0, 0), (0, 2 * gap)))(padded)
    after = layers.Cropping2D(((0, 0), (2 * gap, 0)))(padded)
    return layers.Concatenate()([before, features, after])
