"""In whole numbers TensorFlow's float kernels answer to the last bit what LiteRT does in int8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from training.blocks import conv_bn_relu, residual_block
from training.contract import INPUT_NAME
from training.head import PREDICTIONS
from training.int8 import bound_rows, normalize
from training.litert import convert_network
from training.whole_numbers import WholeNumbers

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPE = (1, 64, 96, 1)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(7)
    image = keras.Input((None, None, 1))
    normal = layers.Rescaling(1 / 64, offset=-2.0)(image)
    fine = residual_block(conv_bn_relu(normal, 8, stride=4, kernel=12))
    coarse = conv_bn_relu(fine, 8, stride=2)
    lent = layers.Add()([layers.Conv2D(8, 1)(fine), layers.UpSampling2D(2)(coarse)])
    head = layers.Conv2D(6, 1, name=PREDICTIONS)
    rows = [layers.Reshape((-1, 6))(head(features)) for features in (lent, coarse)]
    return keras.Model(image, layers.Concatenate(axis=1)(rows))


@pytest.fixture(scope="module")
def network(model: keras.Model) -> bytes:
    def represent() -> Iterator[dict[str, np.ndarray]]:
        for seed in range(3):
            yield {INPUT_NAME: normalize(noise(seed))}

    return convert_network(bound_rows(model), weights=tf.int8, represent=represent)


def noise(seed: int) -> np.ndarray:
    levels = np.random.default_rng(seed).integers(0, 256, SHAPE)
    return levels.astype(np.float32)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_answer_is_that_of_litert(network: bytes, seed: int) -> None:
    pictures = noise(seed)
    runner = Interpreter(model_content=network).get_signature_runner()
    (answer,) = runner.get_output_details().values()
    scale, zero = answer["quantization"]
    (rows,) = runner(**{INPUT_NAME: (pictures - 128).astype(np.int8)}).values()
    expected = (rows.astype(np.float32) - zero) * np.float32(scale)
    assert len(np.unique(expected)) > 20
    np.testing.assert_array_equal(WholeNumbers(network)(pictures).numpy(), expected)


def test_pixels_between_two_levels_are_rounded(network: bytes) -> None:
    whole, pictures = WholeNumbers(network), noise(4)
    np.testing.assert_array_equal(whole(pictures - 0.3).numpy(), whole(pictures).numpy())


def test_float32_is_refused(model: keras.Model) -> None:
    with pytest.raises(ValueError, match="expected a network in int8"):
        WholeNumbers(convert_network(model))
