from dataclasses import replace

import numpy as np
import pytest

from tests.training.drawing import DrawnSource
from tests.training.warned import KERAS_ARRAY
from training.anchors import image_anchors
from training.average import WeightAverage
from training.boxes import pairwise_ious
from training.checkpoint import AVERAGED, FINAL, RunState, find_weights, read_state
from training.config import ModelConfig, TrainConfig, load_config
from training.detector import build_detector
from training.feed import make_batches
from training.postprocess import PostprocessRule, decode_rows
from training.train import TrainLimits, TrainRun, compile_detector, train

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
    raise KeyboardInterrupt


@pytest.mark.slow
def test_an_interrupted_run_is_saved_and_goes_on_where_it_was(tmp_path):
    model, averaged = compile_detector(CONFIG), build_detector(CONFIG.model)
    average = WeightAverage(averaged, momentum=CONFIG.ema_momentum)
    broken = TrainRun(CONFIG, TrainLimits(), model=model, average=average, run_dir=tmp_path)
    batches = make_batches(DrawnSource(96), size=96, batch=8, rng=np.random.default_rng(0))
    with pytest.raises(KeyboardInterrupt):
        broken.take_steps(break_off(batches, after=3), RunState())
    assert read_state(tmp_path).step == 3
    assert find_weights(tmp_path) == tmp_path / AVERAGED
    assert run(CONFIG, tmp_path) == find_weights(tmp_path) == tmp_path / FINAL
    assert read_state(tmp_path).step == 4


@pytest.mark.slow
def test_training_learns_to_find_drawn_prefixes(tmp_path):
    config = replace(CONFIG, batch=16, crops=16 * 120, warmup_crops=16 * 12)
    model = build_detector(ModelConfig())
    model.load_weights(run(config, tmp_path))
    found = count_found(model)
    assert found >= 14, found


def count_found(model):
    """Return at how many of 20 new pictures the best box is right in place and class."""
    rng, anchors = np.random.default_rng(99), image_anchors(height=96, width=96)
    found = 0
    for _ in range(20):
        example = DrawnSource(96).sample(rng)
        rows = np.asarray(model(example.image[None], training=False))[0]
        best = decode_rows(rows, anchors, PostprocessRule(max_boxes=1))
        ious = pairwise_ious(best.boxes, example.boxes * 96)
        found += int((ious > 0.6).any() and best.classes[0] == example.classes[0])
    return found
