import keras
import numpy as np
import pytest

from training.average import WeightAverage


def one_weight(value):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[value]], np.float32)])
    return model


def read_weight(model):
    return float(model.get_weights()[0][0, 0])


def test_the_first_steps_outweigh_the_random_start():
    average = WeightAverage(one_weight(100.0), momentum=0.999)
    for step in range(20):
        average.update(one_weight(0.0), step=step)
    # The product of (1 + t) / (10 + t) over the steps: 9! 20! / 29!.
    assert read_weight(average.model()) == pytest.approx(100 / 10015005, rel=1e-3)


def test_the_momentum_caps_the_ramp():
    average = WeightAverage(one_weight(1.0), momentum=0.75)
    average.update(one_weight(5.0), step=10_000)
    assert read_weight(average.model()) == pytest.approx(2.0)
