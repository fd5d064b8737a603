import keras
import numpy as np
import pytest

from tests.training.warned import KERAS_ARRAY
from training.checkpoint import RunState, restore_checkpoint, save_checkpoint

pytestmark = KERAS_ARRAY


def tiny(value):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.AdamW(0.1), "mse", jit_compile=False)
    model.set_weights([np.array([[value]], np.float32)])
    return model


def weight(model):
    return float(model.get_weights()[0][0, 0])


def take_step(model):
    model.train_on_batch(np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32))


def test_a_fresh_run_starts_at_zero_with_the_average_at_the_weights(tmp_path):
    averaged = tiny(7.0)
    assert restore_checkpoint(tiny(2.0), averaged, tmp_path) == RunState(0, 0.0)
    assert weight(averaged) == 2.0


def test_weights_average_progress_and_optimizer_come_back(tmp_path):
    model, averaged = tiny(2.0), tiny(3.0)
    take_step(model)
    save_checkpoint(model, averaged, RunState(5, 1.5), tmp_path)
    other, other_averaged = tiny(0.0), tiny(0.0)
    assert restore_checkpoint(other, other_averaged, tmp_path) == RunState(5, 1.5)
    assert (weight(other), weight(other_averaged)) == (weight(model), 3.0)
    take_step(model)
    take_step(other)
    assert weight(other) == pytest.approx(weight(model), abs=1e-6)


def test_a_kill_while_saving_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    model = tiny(2.0)
    take_step(model)
    kept = weight(model)
    save_checkpoint(model, tiny(3.0), RunState(5, 1.5), tmp_path)
    take_step(model)
    monkeypatch.setattr("training.checkpoint.os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_checkpoint(model, tiny(9.0), RunState(6, 2.0), tmp_path)
    other, averaged = tiny(0.0), tiny(0.0)
    assert restore_checkpoint(other, averaged, tmp_path).step == 5
    assert (weight(other), weight(averaged)) == (kept, 3.0)
