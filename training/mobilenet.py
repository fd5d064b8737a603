"""The MobileNetV2 backbone (Sandler et al. 2018), for devices that like depthwise convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from training.blocks import Tensor

# The last layer before each halving of the resolution, and the end.
TAPS = ("block_6_expand_relu", "block_13_expand_relu", "out_relu")


def mobilenet_features(image: Tensor, *, alpha: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return the feature maps at strides 8, 16 and 32 of a normalised image [N, H, W, C].

    `alpha` scales the number of channels, 0.35..1.4.
    """
    network = keras.applications.MobileNetV2(
        input_shape=(None, None, image.shape[-1]), alpha=alpha, include_top=False, weights=None
    )
    taps = [network.get_layer(name).output for name in TAPS]
    fine, middle, coarse = keras.Model(network.input, taps, name="mobilenet")(image)
    return fine, middle, coarse
