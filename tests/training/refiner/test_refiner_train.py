"""Training moves edges to where they belong, and goes on where it was stopped."""

import numpy as np
import pytest
from typer.testing import CliRunner

from model_store import ModelStore, default_root
from tests.training.warned import KERAS_ARRAY
from training.cli import app
from training.postprocess import Detections
from training.refiner.batches import PatchBatches, weigh_labels
from training.refiner.collect import PROPOSALS, save_proposals
from training.refiner.config import RefinerConfig
from training.refiner.losses import RefinerLoss
from training.refiner.patch import cut_patches
from training.refiner.proposals import gather_proposals
from training.refiner.rows import refine
from training.refiner.train import train_refiner
from training.refiner.weights import load_refiner

from .conftest import NETWORK, RULE, OffDetector, draw_example

CONFIG = RefinerConfig(batch=32, steps=150, warmup_steps=10, ema_momentum=0.9, checkpoint_steps=50)


@pytest.fixture(scope="module")
def run(proposals, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refiner") / "run"
    train_refiner(CONFIG, NETWORK, proposals, run_dir=folder)
    return folder


@KERAS_ARRAY
def test_a_trained_second_stage_moves_edges_and_tells_kinds_apart(run):
    refiner, rng = load_refiner(run), np.random.default_rng(99)
    before, after, right = [], [], []
    for _ in range(30):
        example = draw_example(rng)
        truth = example.boxes * 96
        found = OffDetector(example, rng).detect(example.image)
        patches = cut_patches(example.image, found.boxes, RULE)
        rows = np.asarray(refiner.model(patches, training=False))
        kept = Detections(found.boxes, found.scores, np.arange(len(truth)))
        moved = refine(kept, rows, RULE)
        order = moved.boxes[:, 0].argsort()
        before.append(abs(found.boxes - truth))
        after.append(abs(moved.boxes[order] - truth))
        right.append(moved.classes[order] == example.classes)
    assert np.mean(after) < 0.6 * np.mean(before)
    assert np.mean(right) > 0.9


@KERAS_ARRAY
def test_a_run_that_ended_has_nothing_more_to_do(run, proposals):
    weights = (run / "averaged.weights.h5").read_bytes()
    train_refiner(CONFIG, NETWORK, proposals, run_dir=run)
    first = load_refiner(run).model.get_weights()
    (run / "averaged.weights.h5").write_bytes(weights)
    for one, other in zip(first, load_refiner(run).model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_half_of_a_batch_is_something_and_what_is_rare_comes_more_often():
    labels = np.array([0] * 90 + [1] * 9 + [2])
    chances = weigh_labels(labels)
    assert chances[labels == 0].sum() == pytest.approx(0.5)
    assert chances[labels == 2].sum() == pytest.approx(chances[labels == 1].sum() / 3)


def test_batches_have_the_label_and_the_way_to_the_truth(proposals):
    batch = next(PatchBatches(proposals, CONFIG, RULE).make(np.random.default_rng(1)))
    assert batch.patches.shape == (32, 16, 32, 1)
    assert set(batch.targets[:, 0]) <= {1, 2}
    assert 0 < abs(batch.targets[:, 1:]).mean() < 0.2


def test_the_loss_is_nothing_for_sure_rows_with_the_right_edges():
    loss = RefinerLoss(CONFIG)
    targets = np.array([[2, 0.1, 0, 0, 0], [0, 0, 0, 0, 0]], np.float32)
    rows = np.array([[-30, 30, 0.1, 0, 0, 0], [-30, -30, 9, 9, 9, 9]], np.float32)
    assert float(loss.total_loss(targets, rows)) == pytest.approx(0, abs=1e-6)
    rows[0, 2] = 0.3
    assert float(loss.box_loss(targets, rows)) == pytest.approx(0.195)


@KERAS_ARRAY
def test_the_command_goes_on_with_the_proposals_that_the_run_has(proposals, tmp_path, monkeypatch):
    # TensorFlow takes the number of threads only before it has done any work.
    monkeypatch.setattr("training.threads.limit_threads", lambda threads: None)
    run = tmp_path / "run"
    run.mkdir()
    save_proposals(proposals, run / PROPOSALS)
    export = ModelStore(default_root()).resolve("links").path
    words = ["training/configs/links_smoke.py", tmp_path, export, run, "--steps", 2]
    done = CliRunner().invoke(app, ["refiner", *map(str, words)])
    assert done.exit_code == 0, done.output
    assert load_refiner(run).run["steps"] == 2


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    words = ["training/configs/links_smoke.py", tmp_path, tmp_path, tmp_path / "run"]
    done = CliRunner().invoke(app, ["refiner", *map(str, words)])
    assert done.exit_code == 2
    assert "expected an export" in done.output


def test_a_detector_that_finds_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("training.threads.limit_threads", lambda threads: None)
    monkeypatch.setattr("training.refiner.collect.find_proposals", _find_nothing)
    export = ModelStore(default_root()).resolve("links").path
    words = ["training/configs/links_smoke.py", tmp_path, export, tmp_path / "run"]
    done = CliRunner().invoke(app, ["refiner", *map(str, words)])
    assert done.exit_code == 2
    assert "train the detector" in done.output


def _find_nothing(*_, **__):
    return gather_proposals([])
