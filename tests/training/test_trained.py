"""What an export begins with: a run's weights, and the options of its config."""

import numpy as np
import pytest

from tests.training.warned import KERAS_ARRAY
from training.anchors import AnchorLevel
from training.checkpoint import FINAL
from training.config import ModelConfig, TrainConfig
from training.detector import build_detector
from training.export_options import ExportOptions, choose_options, read_options, write_options
from training.network_file import write_network
from training.postprocess import PostprocessRule
from training.trained import load_run

pytestmark = KERAS_ARRAY

LEVELS = (AnchorLevel(8, (10.0,), (1.0, 2.0)), AnchorLevel(16, (20.0,), (1.0, 2.0)))
NETWORK = ModelConfig(
    backbone="mobilenet", pyramid_filters=8, channels=3, labels={1: "mark"}, levels=LEVELS
)
OPTIONS = ExportOptions(long_side=640, coarse_factor=1, levels=LEVELS, channels=3)
PICTURE = np.full((1, 32, 32, 3), 90.0, np.float32)


@pytest.fixture(scope="module")
def model():
    return build_detector(NETWORK)


def test_options_survive_the_disk(tmp_path):
    write_options(OPTIONS, tmp_path / "export.json")
    assert read_options(tmp_path / "export.json") == OPTIONS


def test_options_come_from_the_config():
    config = TrainConfig(
        name="marks",
        make_source=lambda folder, size: None,
        model=NETWORK,
        long_side=512,
        coarse_factor=2,
        postprocess=PostprocessRule(max_boxes=7),
    )
    assert choose_options(config) == ExportOptions(
        long_side=512,
        coarse_factor=2,
        postprocess=PostprocessRule(max_boxes=7),
        levels=LEVELS,
        channels=3,
    )


def test_a_run_knows_its_levels_and_channels_better_than_its_config(model, tmp_path):
    write_network(NETWORK, tmp_path)
    model.save_weights(tmp_path / FINAL)
    loaded = load_run(ModelConfig(), tmp_path, ExportOptions(long_side=640, coarse_factor=1))
    assert (loaded.options, loaded.labels) == (OPTIONS, {1: "mark"})
    np.testing.assert_array_equal(loaded.model(PICTURE), model(PICTURE))
