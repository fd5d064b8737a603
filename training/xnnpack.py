"""Layers in the form that XNNPACK, LiteRT's kernels for CPUs, runs fast; what they answer stays.

Two of them it runs badly. A strided convolution of a single channel reads its input number by
number, and becomes a convolution of blocks of pixels folded into channels: with the rescaling
before it that took a third of the detector's time, folded it takes an eighth. Doubling a map is
left to LiteRT's own kernels, which run on one core; as four copies, unfolded, it stays in XNNPACK.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

# A symbolic tensor of Keras.
Tensor = Any


def suit_xnnpack(model: keras.Model) -> keras.Model:
    """Return a model for inference that computes what `model` does, for XNNPACK to run.

    Its pictures have sides that the strides divide. The layers that stay are those of `model`.
    """
    return keras.models.clone_model(
        model, clone_function=lambda layer: layer, call_function=_Suit().call
    )


class _Suit:
    """Calls the layers of a model one after the other, and remembers what was rescaled."""

    def __init__(self) -> None:
        self._rescaled: dict[int, tuple[layers.Rescaling, Tensor]] = {}

    def call(self, layer: keras.layers.Layer, *args: Tensor, **kwargs: Tensor) -> Tensor:
        if _is_stem(layer):
            return self._fold_stem(layer, args[0])
        if type(layer) is layers.UpSampling2D and layer.interpolation == "nearest":
            return _double(layer, args[0])
        outcome = layer(*args, **kwargs)
        if type(layer) is layers.Rescaling:
            self._rescaled[id(outcome)] = (layer, args[0])
        return outcome

    def _fold_stem(self, conv: layers.Conv2D, image: Tensor) -> Tensor:
        block = conv.strides[0]
        # [N, H, W, C] -> [N, H / block, W / block, block * block * C]
        fold = layers.Lambda(partial(tf.nn.space_to_depth, block_size=block))
        # Rescaled once folded, a picture stays with XNNPACK from its first layer on.
        rescaling, source = self._rescaled.get(id(image), (None, image))
        folded = fold(source) if rescaling is None else rescaling(fold(source))
        kernel, *bias = conv.get_weights()
        size = fold_kernel(kernel, block).shape[0]
        config = conv.get_config() | {"kernel_size": size, "strides": 1}
        joined = layers.Conv2D.from_config(config | {"name": f"{conv.name}_folded"})
        outcome = joined(folded)
        joined.set_weights([fold_kernel(kernel, block), *bias])
        return outcome


def fold_kernel(kernel: np.ndarray, block: int) -> np.ndarray:
    """Return the kernel [m, m, block * block * C, F] that does on folded pixels what `kernel` does.

    `kernel` is [k, k, C, F], for a stride of `block` and "same" padding, which the folded one has,
    too. What it lacks of whole blocks becomes zeros.
    """
    side, _, channels, filters = kernel.shape
    # The padding on the left is to end where a block does.
    lead = -(max(side - block, 0) // 2) % block
    blocks = -(-(lead + side) // block)
    rest = blocks * block - lead - side
    whole = np.pad(kernel, [(lead, rest), (lead, rest), (0, 0), (0, 0)])
    split = whole.reshape(blocks, block, blocks, block, channels, filters)
    return split.transpose(0, 2, 1, 3, 4, 5).reshape(blocks, blocks, -1, filters)


def _is_stem(layer: keras.layers.Layer) -> bool:
    """Tell whether `layer` is a convolution of one channel that strides evenly."""
    if type(layer) is not layers.Conv2D or layer.padding != "same":
        return False
    down, right = layer.strides
    return down == right > 1 and layer.kernel.shape[2] == 1 and len(set(layer.kernel_size)) == 1


def _double(layer: layers.UpSampling2D, image: Tensor) -> Tensor:
    block = layer.size[0]
    copies = layers.Concatenate()([image] * block**2)
    return layers.Lambda(partial(tf.nn.depth_to_space, block_size=block))(copies)
