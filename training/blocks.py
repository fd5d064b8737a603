"""The building blocks that backbones, neck and head share."""

from __future__ import annotations

from typing import Any

from keras import layers

from training.normalization import BatchNormalization

# A symbolic tensor, [N, H, W, C].
Tensor = Any


def conv_bn_relu(image: Tensor, filters: int, *, stride: int = 1, kernel: int = 3) -> Tensor:
    """Return convolution, batch normalisation and ReLU of `image`."""
    conv = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)
    return layers.ReLU()(BatchNormalization(momentum=0.98)(conv(image)))


def residual_block(image: Tensor) -> Tensor:
    """Return `image` plus what two 3x3 convolutions make of it (He et al. 2015)."""
    filters = image.shape[-1]
    inner = conv_bn_relu(image, filters)
    inner = layers.Conv2D(filters, 3, padding="same", use_bias=False)(inner)
    inner = BatchNormalization(momentum=0.98)(inner)
    return layers.ReLU()(layers.Add()([image, inner]))


def separable_bn_relu(image: Tensor, filters: int) -> Tensor:
    """Return a depthwise-separable 3x3 convolution with batch normalisation and ReLU6."""
    image = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(image)
    image = layers.Conv2D(filters, 1, use_bias=False)(image)
    return layers.ReLU(6.0)(BatchNormalization(momentum=0.98)(image))
