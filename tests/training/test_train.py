import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from tests.training.drawing import DrawnSource
from tests.training.warned import KERAS_ARRAY
from training.average import WeightAverage
from training.checkpoint import AVERAGED, FINAL, RunState, find_weights, read_state
from training.config import TrainConfig
from training.config_file import load_config
from training.detector import build_detector
from training.feed import make_batches
from training.origin import read_origin
from training.start_weights import start_from_file
from training.train import TrainLimits, TrainRun, compile_detector, form_of, train

pytestmark = KERAS_ARRAY


def make_source(_, size):
    return DrawnSource(size)


CONFIG = TrainConfig(
    name="drawn",
    make_source=make_source,
    size=96,
    batch=8,
    crops=8 * 4,
    warmup_crops=8,
    log_steps=2,
    checkpoint_steps=50,
)


def run(config, folder):
    return train(config, data_dir=folder, run_dir=folder, limits=TrainLimits())


def progress(limits, state):
    run = TrainRun(CONFIG, limits, model=None, average=None, run_dir=None)
    return run.measure_progress(state)


def test_progress_goes_by_crops():
    assert progress(TrainLimits(), RunState(step=1, elapsed_s=1e9)) == 0.25


def test_progress_goes_by_time_where_that_ends_first():
    assert progress(TrainLimits(max_minutes=2), RunState(step=1, elapsed_s=60)) == 0.5
    assert progress(TrainLimits(max_minutes=2), RunState(step=3, elapsed_s=60)) == 0.75


def test_a_run_without_weights_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="found neither"):
        find_weights(tmp_path)


def test_a_config_file_without_config_is_refused(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("CONFIG = 3\n")
    with pytest.raises(ValueError, match="expected CONFIG to be a TrainConfig, received int"):
        load_config(path)


def break_off(batches, *, after):
    for _ in range(after):
        yield next(batches)
    os.kill(os.getpid(), signal.SIGTERM)
    yield next(batches)


@pytest.mark.slow
def test_an_interrupted_run_is_saved_and_goes_on_where_it_was(tmp_path):
    model, averaged = compile_detector(CONFIG), build_detector(CONFIG.model)
    average = WeightAverage(averaged, momentum=CONFIG.ema_momentum)
    broken = TrainRun(CONFIG, TrainLimits(), model=model, average=average, run_dir=tmp_path)
    batches = make_batches(DrawnSource(96), form_of(CONFIG), np.random.default_rng(0))
    with pytest.raises(KeyboardInterrupt):
        broken.take_steps(break_off(batches, after=2), RunState())
    assert read_state(tmp_path).step == 3
    assert find_weights(tmp_path) == tmp_path / AVERAGED
    assert run(CONFIG, tmp_path) == find_weights(tmp_path) == tmp_path / FINAL
    assert read_state(tmp_path).step == 4


@pytest.mark.slow
def test_a_new_run_starts_from_the_weights_it_is_given(tmp_path):
    config = replace(CONFIG, crops=8, learning_rate=0.0, weight_decay=0.0)
    start = build_detector(config.model)
    start.save_weights(tmp_path / "start.weights.h5")
    final = train(
        config,
        data_dir=tmp_path,
        run_dir=tmp_path / "run",
        limits=TrainLimits(),
        start=start_from_file(tmp_path / "start.weights.h5"),
    )
    assert read_origin(tmp_path / "run").started_from.startswith("sha256:")
    trained = build_detector(config.model)
    trained.load_weights(final)
    before, after = (model.get_layer("predictions").get_weights() for model in (start, trained))
    np.testing.assert_allclose(after[0], before[0], atol=1e-6)


@pytest.mark.slow
def test_training_lowers_the_loss_on_pictures_it_has_not_seen(tmp_path):
    config = replace(CONFIG, batch=16, crops=16 * 100, warmup_crops=16 * 6, learning_rate=4e-3)
    form = replace(form_of(config), number=32)
    unseen = next(make_batches(DrawnSource(96), form, np.random.default_rng(99)))
    model = compile_detector(config)
    before = model.test_on_batch(unseen.images, unseen.targets, return_dict=True)
    trained = build_detector(config.model)
    trained.load_weights(run(config, tmp_path))
    model.set_weights(trained.get_weights())
    after = model.test_on_batch(unseen.images, unseen.targets, return_dict=True)
    assert after["class_loss"] < 0.75 * before["class_loss"]
    assert after["box_loss"] < 0.9 * before["box_loss"]
