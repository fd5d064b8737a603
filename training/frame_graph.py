"""The part of the exported graph before the network: from RGB frames to its input."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

# A TensorFlow tensor; the library ships no types.
Tensor = Any

STRIDE = 32
# Zero once normalised: what the network's own padding looks like.
PADDING = 128.0
# ITU-R BT.601.
LUMA = (0.299, 0.587, 0.114)
MAX_FACTOR = 4


def fit_frames(frames: Tensor, *, long_side: int, channels: int = 1) -> tuple[Tensor, Tensor]:
    """Return the input float32 [N, h, w, channels] and the size of the frame in it, int32 [2].

    `frames` is uint8 [N, H, W, 3], the input grey or RGB. The longer side becomes at most
    `long_side`, the aspect ratio is kept, nothing is enlarged, and right and bottom are padded to
    multiples of 32.
    """
    size = tf.shape(frames)[1:3]
    longest = tf.reduce_max(size)
    scale = tf.minimum(1.0, long_side / tf.cast(longest, tf.float32))
    fitted = tf.maximum(tf.cast(tf.round(tf.cast(size, tf.float32) * scale), tf.int32), 1)
    # Averaging whole blocks is fast; the slower filter does the rest, which is less than a half.
    factor = tf.clip_by_value(longest // long_side, 1, MAX_FACTOR)
    if channels == 3:
        return _pad(_shrink_planes(frames, factor, fitted)), fitted
    grey = average_grey(frames, factor)
    shrunk = tf.cond(scale < 1.0, lambda: resize_grey(grey, fitted), lambda: grey)
    return _pad(shrunk), fitted


def _shrink_planes(frames: Tensor, factor: Tensor, fitted: Tensor) -> Tensor:
    """Return RGB float32 [N, h, w, 3], each colour shrunk as if it were a grey picture."""
    size = tf.shape(frames)
    planes = tf.reshape(tf.transpose(frames, [0, 3, 1, 2]), [-1, size[1], size[2], 1])
    # Three times the same colour is a grey picture of it.
    shrunk = resize_grey(average_grey(tf.repeat(planes, 3, axis=-1), factor), fitted)
    colours = tf.reshape(shrunk, [size[0], 3, fitted[0], fitted[1]])
    return tf.transpose(colours, [0, 2, 3, 1])


def shrink_input(images: Tensor, factor: int) -> Tensor:
    """Return a fitted input [N, h, w, C] `factor` times smaller, padded again."""
    return _pad(tf.nn.avg_pool2d(images, factor, factor, "VALID"))


def _pad(images: Tensor) -> Tensor:
    """Pad right and bottom to multiples of the network's coarsest stride."""
    margin = -tf.shape(images)[1:3] % STRIDE
    margins = [[0, 0], [0, margin[0]], [0, margin[1]], [0, 0]]
    return tf.pad(images, margins, constant_values=PADDING)


def average_grey(frames: Tensor, factor: Tensor) -> Tensor:
    """Return the mean luma of each block of `factor` by `factor` pixels, 0..255.

    uint8 [N, H, W, 3] -> float32 [N, H // factor, W // factor, 1]. `factor` is 1..4; a remainder at
    right and bottom is left out.
    """
    colours = tf.cast(frames, tf.float32)
    branches = [partial(_average, colours, factor) for factor in range(1, MAX_FACTOR + 1)]
    return tf.switch_case(factor - 1, branches)


def _average(colours: Tensor, factor: int) -> Tensor:
    weights = np.array(LUMA, np.float32).reshape(1, 1, 3, 1) / factor**2
    kernel = tf.constant(np.tile(weights, (factor, factor, 1, 1)))
    return tf.nn.conv2d(colours, kernel, strides=factor, padding="VALID")


def resize_grey(grey: Tensor, size: Tensor) -> Tensor:
    """Return `grey` [N, H, W, 1] shrunk to `size` (height, width) without aliasing.

    The filter runs over one axis at a time with the other as channels: on a single channel
    TensorFlow's kernel is several times slower.
    """
    rows = _resize_columns(tf.transpose(grey, [0, 1, 3, 2]), size[0])
    return tf.transpose(_resize_columns(tf.transpose(rows, [0, 3, 2, 1]), size[1]), [0, 3, 1, 2])


def _resize_columns(lines: Tensor, length: Tensor) -> Tensor:
    """Shrink [N, L, 1, C] to [N, length, 1, C]."""
    return tf.image.resize(lines, tf.stack([length, 1]), method="bilinear", antialias=True)
