"""The sweep measures one run at several input sizes; its plot and table show them."""

import json

import cv2
import numpy as np
import pytest

from tests.training.warned import KERAS_ARRAY
from training.checkpoint import FINAL
from training.config import TrainConfig
from training.detector import build_detector
from training.sweep import Trial, format_trials, plot_trials, read_trials, save_trials, sweep

TRIALS = [
    Trial(640, 0, 31.0, 0.5, 0.25, 0.4),
    Trial(1280, 0, 110.0, 0.9, 0.5, 0.6),
    Trial(640, 1, 210.0, 0.875, 0.5, 0.6),
]


def test_trials_survive_the_disk(tmp_path):
    save_trials(tmp_path / "trials.json", TRIALS)
    assert read_trials(tmp_path / "trials.json") == TRIALS


def test_the_table_names_size_time_and_scores():
    lines = format_trials(TRIALS).splitlines()
    assert lines[2].split() == ["1280", "110", "0.900", "0.500", "0.600"]
    assert lines[3].split()[:2] == ["640", "tiles"]


def test_the_plot_marks_the_default_in_red(tmp_path):
    shown = {}
    for default in (640, 777):
        plot_trials(tmp_path / "plot.png", TRIALS, default=default)
        shown[default] = cv2.imread(str(tmp_path / "plot.png"))
    assert shown[640].shape[0] > 300
    assert (shown[640] != shown[777]).any()


@pytest.fixture
def data(tmp_path):
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.full((96, 160, 3), 200, np.uint8))
    note = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 60, 20], "iscrowd": 0}
    whole = {
        "images": [{"id": 1, "file_name": "a.png", "width": 160, "height": 96}],
        "annotations": [note | {"area": 1200, "x_height": 12.0}],
        "categories": [{"id": 1, "name": "https"}],
    }
    (tmp_path / "annotations.json").write_text(json.dumps(whole))
    return tmp_path


@KERAS_ARRAY
@pytest.mark.slow
def test_a_sweep_measures_every_size_and_the_tiles(data):
    config = TrainConfig(name="drawn", make_source=lambda *_: None)
    build_detector(config.model).save_weights(data / FINAL)
    trials = sweep(config, data, data, long_sides=(64, 128), tile=96)
    assert [(trial.long_side, trial.tiles) for trial in trials] == [(64, 0), (128, 0), (96, 1)]
    assert all(trial.ms > 0 and 0 <= trial.ap50 <= 1 for trial in trials)
