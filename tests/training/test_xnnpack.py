"""Networks for XNNPACK: the same numbers from other layers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from training.xnnpack import suit_xnnpack


@pytest.mark.parametrize(("kernel", "stride"), [(12, 4), (6, 2), (5, 2), (3, 2), (4, 4), (3, 4)])
def test_a_stem_computes_the_same_on_folded_pixels(kernel: int, stride: int) -> None:
    image = keras.Input((None, None, 1))
    normal = layers.Rescaling(1 / 64, offset=-2.0)(image)
    stem = layers.Conv2D(5, kernel, strides=stride, padding="same", bias_initializer="ones")
    model = keras.Model(image, layers.ReLU()(stem(normal)))

    suited = suit_xnnpack(model)

    (convolution,) = _convolutions(suited)
    assert convolution.strides == (1, 1)
    assert convolution.kernel.shape[2] == stride * stride
    _assert_same(suited, model, _noise(16, 24, 1))


def test_a_map_is_doubled_without_upsampling() -> None:
    image = keras.Input((None, None, 3))
    model = keras.Model(image, layers.UpSampling2D(2)(image))

    suited = suit_xnnpack(model)

    assert not [one for one in suited.layers if isinstance(one, layers.UpSampling2D)]
    _assert_same(suited, model, _noise(5, 7, 3))


def test_other_layers_stay_as_they_are() -> None:
    image = keras.Input((8, 8, 3))
    strided = layers.Conv2D(4, 3, strides=2, padding="same")(image)
    smooth = layers.UpSampling2D(2, interpolation="bilinear")(strided)
    model = keras.Model(image, layers.Conv2D(4, 3, padding="same")(smooth))
    assert [*map(id, suit_xnnpack(model).layers[1:])] == [*map(id, model.layers[1:])]


def _assert_same(suited: keras.Model, model: keras.Model, pixels: np.ndarray) -> None:
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(suited(pixels)),
        keras.ops.convert_to_numpy(model(pixels)),
        rtol=1e-4,
        atol=1e-4,
    )


def _noise(height: int, width: int, channels: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.uniform(0, 255, (2, height, width, channels)).astype(np.float32)


def _convolutions(model: keras.Model) -> list[layers.Conv2D]:
    return [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
