"""The training loop of the reader: from typefaces and prose to the weights of a network."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np

from training.average import WeightAverage
from training.checkpoint import (
    FINAL,
    RunState,
    restore_checkpoint,
    save_checkpoint,
    save_weights,
)
from training.feed import open_workers
from training.reader.batches import StripBatches
from training.reader.losses import ReadingLoss, ctc_loss, middle_loss
from training.reader.net import build_reader
from training.reader.scores import collect_strips, score_model
from training.scalars import ScalarLog
from training.schedule import Schedule
from training.stop_signals import StopSignals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.reader.batches import ReaderBatch
    from training.reader.config import ReaderConfig
    from training.reader.strips import Strip, StripSource

LEAST_MIDDLE_WEIGHT = 0.05
_UNSEEN_SEED = 90_001


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What the machine gives to a run; `max_minutes` may end it before the config's strips do."""

    workers: int = 1
    max_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class ReaderSources:
    """Where strips come from: typefaces to train on, and others to measure on."""

    seen: StripSource
    unseen: StripSource


def train_reader(
    config: ReaderConfig,
    sources: ReaderSources,
    *,
    run_dir: Path,
    limits: ReaderLimits,
    start_weights: Path | None = None,
) -> Path:
    """Train, or go on from the last checkpoint in `run_dir`; return the averaged weights' path.

    A new run starts from `start_weights`, where there are any; a layer that has another shape there
    starts anew.
    On Ctrl-C or SIGTERM the run is saved and KeyboardInterrupt raised; the same call resumes it.
    """
    keras.mixed_precision.set_global_policy(config.precision)
    keras.utils.set_random_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    run = ReaderRun(config, limits, run_dir, start_weights=start_weights)
    make = StripBatches(
        sources.seen,
        number=config.batch,
        warmup_strips=config.easy_strips // limits.workers,
        seen_strips=run.state.step * config.batch // limits.workers,
    )
    unseen = collect_strips(
        sources.unseen, count=config.evaluate_strips, rng=np.random.default_rng(_UNSEEN_SEED)
    )
    seed = (config.seed, run.state.step)
    with open_workers(make, workers=limits.workers, seed=seed) as batches:
        run.take_steps(batches, unseen)
    final = run.average.model()
    if start_weights is not None and config.start_share:
        mix_weights(final, start_weights, share=config.start_share)
    save_weights(final, run_dir / FINAL)
    return run_dir / FINAL


def mix_weights(model: keras.Model, start_weights: Path, *, share: float) -> None:
    """Let `share` of a model's weights be those that its run started from.

    What a run learns and what its start knew add up so (Wortsman et al. 2022, "Robust fine-tuning
    of zero-shot models"); layers that have another shape in the start are left as they are.
    """
    start = keras.models.clone_model(model)
    start.set_weights(model.get_weights())
    start.load_weights(start_weights, skip_mismatch=True)
    pairs = zip(model.get_weights(), start.get_weights(), strict=True)
    model.set_weights([(1 - share) * ours + share * theirs for ours, theirs in pairs])


def compile_reader(config: ReaderConfig, loss: ReadingLoss) -> keras.Model:
    """Return an untrained reader with its optimizer and losses."""
    model = build_reader(config.model)
    optimizer = keras.optimizers.AdamW(
        config.learning_rate,
        weight_decay=config.weight_decay,
        global_clipnorm=config.max_gradient_norm,
    )
    # XLA makes these convolutions slower on a CPU, not faster.
    model.compile(optimizer, loss, metrics=[ctc_loss, middle_loss], jit_compile=False)
    return model


def middle_weight_at(progress: float, *, guided_share: float) -> float:
    """Return the weight of the loss at the middles: from 1 down to its least in `guided_share`."""
    return max(LEAST_MIDDLE_WEIGHT, 1.0 - progress / guided_share)


class ReaderRun:
    """A model, its moving average and the folder that both are saved in."""

    def __init__(
        self,
        config: ReaderConfig,
        limits: ReaderLimits,
        run_dir: Path,
        *,
        start_weights: Path | None = None,
    ) -> None:
        """Build the model, or take it from the last checkpoint in `run_dir`."""
        self._config, self._limits, self._run_dir = config, limits, run_dir
        self._loss = ReadingLoss()
        self._model = compile_reader(config, self._loss)
        if start_weights is not None:
            self._model.load_weights(start_weights, skip_mismatch=True)
        averaged = build_reader(config.model)
        self.state = self._saved = restore_checkpoint(self._model, averaged, run_dir)
        self.average = WeightAverage(averaged, momentum=config.ema_momentum)
        self._schedule = Schedule(
            peak=config.learning_rate, warmup=config.warmup_strips / config.strips
        )

    def take_steps(self, batches: Iterator[ReaderBatch], unseen: list[Strip]) -> None:
        """Train until the strips or the time are used up, now and then reading `unseen`.

        Raises KeyboardInterrupt, with everything saved, where a signal asked for an end.
        """
        config, start_s = self._config, time.monotonic() - self.state.elapsed_s
        with ScalarLog(self._run_dir) as log, StopSignals() as stop:
            try:
                while (progress := self._measure_progress()) < 1.0 and not stop.is_asked:
                    log.add(self._take_step(next(batches), progress))
                    self.state = RunState(self.state.step + 1, time.monotonic() - start_s)
                    if self.state.step % config.log_steps == 0:
                        log.write(self.state, crops=config.batch, progress=progress)
                    if self.state.step % config.checkpoint_steps == 0:
                        self._save()
                    if self.state.step % config.evaluate_steps == 0:
                        scores = score_model(self.average.model(), unseen)
                        log.write_scalars(scores, step=self.state.step, note="unseen typefaces")
            finally:
                if self.state != self._saved:
                    self._save()
        if stop.is_asked:
            raise KeyboardInterrupt

    def _measure_progress(self) -> float:
        """Return 0..1, how much of the strips or of the time is spent, whichever is more."""
        by_strips = self.state.step * self._config.batch / self._config.strips
        if self._limits.max_minutes is None:
            return by_strips
        return max(by_strips, self.state.elapsed_s / (self._limits.max_minutes * 60))

    def _take_step(self, batch: ReaderBatch, progress: float) -> dict[str, float]:
        weight = middle_weight_at(progress, guided_share=self._config.guided_share)
        self._loss.middle_weight.assign(weight)
        self._model.optimizer.learning_rate = self._schedule.rate_at(progress)
        losses = self._model.train_on_batch(batch.images, batch.truth, return_dict=True)
        # Keras means its losses over all batches since the last reset.
        self._model.reset_metrics()
        self.average.update(self._model, step=self.state.step)
        return {name: float(value) for name, value in losses.items()}

    def _save(self) -> None:
        save_checkpoint(self._model, self.average.model(), self.state, self._run_dir)
        self._saved = self.state
