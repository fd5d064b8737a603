"""Folded networks: the same numbers with fewer layers."""

from __future__ import annotations

import keras
import numpy as np

from training.anchors import LEVELS
from training.blocks import conv_bn_relu, residual_block
from training.folding import fold_normalization
from training.head import build_head
from training.normalization import BatchNormalization


def test_a_folded_network_computes_the_same_without_normalisation() -> None:
    image = keras.Input((None, None, 1))
    maps = residual_block(conv_bn_relu(image, 8, stride=2))
    model = keras.Model(image, maps)
    _shake(model)

    folded = fold_normalization(model)

    pixels = np.random.default_rng(1).normal(size=(2, 12, 16, 1)).astype(np.float32)
    assert not _normalizations(folded)
    assert len(_normalizations(model)) == 3
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(folded(pixels)),
        keras.ops.convert_to_numpy(model(pixels, training=False)),
        rtol=1e-5,
    )


def test_levels_that_share_a_convolution_are_folded_each_by_itself() -> None:
    maps = [keras.Input((side, side, 4)) for side in (8, 4, 2)]
    model = keras.Model(maps, build_head(tuple(maps), levels=LEVELS, classes=2, separable=False))
    _shake(model)

    folded = fold_normalization(model)

    rng = np.random.default_rng(2)
    pixels = [rng.normal(size=(1, side, side, 4)).astype(np.float32) for side in (8, 4, 2)]
    assert not _normalizations(folded)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(folded(pixels)),
        keras.ops.convert_to_numpy(model(pixels, training=False)),
        rtol=1e-5,
    )


def test_a_normalisation_without_a_convolution_before_it_stays() -> None:
    image = keras.Input((4, 4, 3))
    model = keras.Model(image, BatchNormalization()(image))
    assert len(_normalizations(fold_normalization(model))) == 1


def _normalizations(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if isinstance(layer, BatchNormalization)]


def _shake(model: keras.Model) -> None:
    """Give every weight a value that shows whether it is used."""
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in model.get_weights()])
