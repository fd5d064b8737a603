"""A detector with int8 from end to end: what it leaves as it was, and what it bounds."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from training.head import PREDICTIONS
from training.int8 import BOUND, bound_rows, normalize


@pytest.fixture
def model() -> keras.Model:
    image = keras.Input((None, None, 1))
    normal = layers.Rescaling(1 / 64, offset=-2.0)(image)
    head = layers.Conv2D(4, 1, bias_initializer="ones", name=PREDICTIONS)
    fine, coarse = layers.Conv2D(3, 3)(normal), layers.Conv2D(3, 3, strides=2)(normal)
    rows = [layers.Reshape((-1, 4))(head(features)) for features in (fine, coarse)]
    built = keras.Model(image, layers.Concatenate(axis=1)(rows))
    kernel, bias = head.get_weights()
    head.set_weights([kernel * 12, bias])
    return built


def test_normalized_pictures_give_the_same_rows_within_bounds(model: keras.Model) -> None:
    pictures = np.random.default_rng(5).uniform(0, 255, (1, 12, 16, 1)).astype(np.float32)
    whole = keras.ops.convert_to_numpy(model(pictures))
    bound = keras.ops.convert_to_numpy(bound_rows(model)(normalize(pictures)))
    assert np.abs(whole).max() > BOUND
    np.testing.assert_allclose(bound, np.clip(whole, -BOUND, BOUND), rtol=1e-4, atol=1e-4)


def test_what_predicts_at_one_level_predicts_at_all(model: keras.Model) -> None:
    predicting = [layer for layer in bound_rows(model).layers if PREDICTIONS in layer.name]
    assert len(predicting) == 1


def test_pixels_less_128_are_int8_as_they_stand() -> None:
    levels = np.arange(256, dtype=np.float32)
    np.testing.assert_array_equal(normalize(levels) * 64, levels - 128)
