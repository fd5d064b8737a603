from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.training.warned import KERAS_ARRAY
from training.checkpoint import FINAL, read_state
from training.reader.batches import StripBatches
from training.reader.config import ReaderConfig, load_reader_config
from training.reader.net import ReaderModelConfig, build_reader
from training.reader.scores import collect_strips
from training.reader.train import (
    ReaderLimits,
    ReaderRun,
    ReaderSources,
    middle_weight_at,
    mix_weights,
    train_reader,
)

TINY = ReaderConfig(
    name="tiny",
    model=ReaderModelConfig(stages=(4, 8, 8), sequence=16, inner=8, kernels=(3,), dilations=(2,)),
    batch=2,
    strips=8,
    warmup_strips=2,
    easy_strips=1000,
    log_steps=1,
    checkpoint_steps=2,
    evaluate_steps=2,
    evaluate_strips=2,
)


def test_the_middles_weight_falls_to_a_twentieth():
    assert middle_weight_at(0.0, guided_share=0.25) == 1.0
    assert middle_weight_at(0.125, guided_share=0.25) == pytest.approx(0.5)
    assert middle_weight_at(0.9, guided_share=0.25) == 0.05


@KERAS_ARRAY
@pytest.mark.slow
def test_a_run_ends_after_its_strips_and_says_how_well_it_reads(source, tmp_path, caplog):
    caplog.set_level("INFO")
    sources = ReaderSources(source, source)
    weights = train_reader(TINY, sources, run_dir=tmp_path, limits=ReaderLimits())
    assert weights == tmp_path / FINAL
    assert weights.exists()
    assert read_state(tmp_path).step == 4
    assert "unseen typefaces  exact" in caplog.text


@KERAS_ARRAY
@pytest.mark.slow
def test_a_run_goes_on_where_it_stopped(source, tmp_path):
    rng = np.random.default_rng(0)
    batches = StripBatches(source, number=2, warmup_strips=1000)(rng)
    unseen = collect_strips(source, count=1, rng=rng)
    ReaderRun(TINY, ReaderLimits(), tmp_path).take_steps(batches, unseen)
    longer = replace(TINY, strips=12)
    run = ReaderRun(longer, ReaderLimits(), tmp_path)
    assert run.state.step == 4
    run.take_steps(batches, unseen)
    assert read_state(tmp_path).step == 6


@KERAS_ARRAY
def test_a_share_of_the_start_stays_in_the_weights(tmp_path):
    start, model = build_reader(TINY.model), build_reader(TINY.model)
    start.save_weights(tmp_path / "start.weights.h5")
    learnt = [weight + 1.0 for weight in start.get_weights()]
    model.set_weights(learnt)
    mix_weights(model, tmp_path / "start.weights.h5", share=0.25)
    for mixed, began in zip(model.get_weights(), start.get_weights(), strict=True):
        np.testing.assert_allclose(mixed, began + 0.75, rtol=1e-5, atol=1e-6)


@pytest.fixture
def usual_precision():
    yield
    keras.mixed_precision.set_global_policy("float32")


@KERAS_ARRAY
@pytest.mark.slow
def test_a_run_in_bfloat16_leaves_weights_for_float32(source, tmp_path, usual_precision):
    config = replace(TINY, precision="mixed_bfloat16")
    sources = ReaderSources(source, source)
    weights = train_reader(config, sources, run_dir=tmp_path, limits=ReaderLimits())
    keras.mixed_precision.set_global_policy("float32")
    model = build_reader(config.model)
    model.load_weights(weights)
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert np.isfinite(model(np.full((1, 32, 64, 1), 200, np.uint8), training=False)).all()


def test_a_config_file_without_a_config_is_refused(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text("CONFIG = 3\n")
    with pytest.raises(ValueError, match="expected CONFIG to be a ReaderConfig, received int"):
        load_reader_config(path)


@pytest.mark.parametrize("name", ["reader", "reader_smoke"])
def test_the_configs_load(name, pytestconfig):
    config = load_reader_config(pytestconfig.rootpath / "training/configs" / f"{name}.py")
    assert config.strips > config.warmup_strips
