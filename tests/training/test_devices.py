import json
import subprocess
import sys

import pytest

from training.devices import DeviceError, count_devices, spread_over, sum_over_devices

# A process of its own: TensorFlow has to be told of virtual devices before it does anything.
SCRIPT = """
import json

import keras
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

from tests.training.drawing import DrawnSource
from training.anchors import AnchorLevel
from training.blocks import conv_bn_relu
from training.config import LossConfig, ModelConfig, OptimizerConfig, TrainConfig
from training.devices import spread_over
from training.feed import make_batches
from training.head import build_head
from training.train import compile_network, form_of

# Weights of chance would now and then lie where a rounding error tips a step over.
keras.utils.set_random_seed(3)
LEVELS = (AnchorLevel(8, (14.0,), (3.0,)),)
config = TrainConfig(
    name="tiny",
    make_source=None,
    model=ModelConfig(levels=LEVELS),
    size=96,
    batch=4,
    learning_rate=0.05,
    max_gradient_norm=0.0,
    # Its steps are as long as the gradients, which Adam's are not.
    optimizer=OptimizerConfig(kind="momentum"),
    loss=LossConfig(l2=1e-2),
)


def build_tiny():
    image = keras.Input((None, None, 1))
    features = conv_bn_relu(keras.layers.Rescaling(1 / 64, -2.0)(image), 8, stride=8, kernel=8)
    return keras.Model(image, build_head((features,), levels=LEVELS, classes=5))


feed = make_batches(DrawnSource(96), form_of(config), np.random.default_rng(5))
batches = [next(feed) for _ in range(6)]
weights, curves = None, []
for devices in (1, 2):
    with spread_over(devices, batch=4):
        model = compile_network(build_tiny(), config)
        weights = weights or model.get_weights()
        model.set_weights(weights)
        curves.append([
            model.train_on_batch(batch.images, batch.targets, return_dict=True)
            for batch in batches
        ])
print(json.dumps([[{k: float(v) for k, v in row.items()} for row in curve] for curve in curves]))
"""


@pytest.mark.slow
def test_two_devices_give_the_loss_curve_of_one():
    words = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = json.loads(done.stdout.splitlines()[-1])
    assert one[-1]["loss"] < one[0]["loss"]
    for alone, together in zip(one, two, strict=True):
        assert together == pytest.approx(alone, rel=0.005)


def test_on_one_device_nothing_is_added_up():
    with spread_over(1, batch=3):
        assert count_devices() == 1
        assert sum_over_devices(7.0) == 7.0


@pytest.mark.parametrize(
    ("devices", "batch", "message"),
    [
        (2, 3, "a batch that 2 devices can share, received 3"),
        (64, 64, "expected 64 devices, found .*CPU:0"),
    ],
)
def test_devices_that_are_not_there_are_refused(devices, batch, message):
    with pytest.raises(DeviceError, match=message):
        spread_over(devices, batch=batch)
