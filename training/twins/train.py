"""The training loop of the judge: from typefaces to the weights of a network."""

from __future__ import annotations

import time
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
from training.scalars import ScalarLog
from training.schedule import Schedule
from training.stop_signals import StopSignals
from training.twins.batches import GlyphBatches
from training.twins.losses import judge_loss
from training.twins.net import build_judge
from training.twins.scores import score_judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from training.reader.strips import StripSource
    from training.reader.train import ReaderLimits, ReaderSources
    from training.twins.batches import GlyphBatch
    from training.twins.config import TwinsConfig

_UNSEEN_SEED = 90_002


def train_judge(
    config: TwinsConfig, sources: ReaderSources, *, run_dir: Path, limits: ReaderLimits
) -> Path:
    """Train, or go on from the last checkpoint in `run_dir`; return the averaged weights' path.

    On Ctrl-C or SIGTERM the run is saved and KeyboardInterrupt raised; the same call resumes it.
    """
    keras.utils.set_random_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    run = JudgeRun(config, limits, run_dir)
    make = GlyphBatches(sources.seen, number=config.batch, jitter=config.jitter)
    unseen = collect_glyphs(sources.unseen, config, np.random.default_rng(_UNSEEN_SEED))
    seed = (config.seed, run.state.step)
    with open_workers(make, workers=limits.workers, seed=seed) as batches:
        run.take_steps(batches, unseen)
    save_weights(run.average.model(), run_dir / FINAL)
    return run_dir / FINAL


def collect_glyphs(
    source: StripSource, config: TwinsConfig, rng: np.random.Generator
) -> list[GlyphBatch]:
    """Return batches of as many strips as a run is measured on."""
    batches = GlyphBatches(source, number=config.batch, jitter=config.jitter)(rng)
    return [next(batches) for _ in range(max(1, config.evaluate_strips // config.batch))]


def compile_judge(config: TwinsConfig) -> keras.Model:
    """Return an untrained judge with its optimizer and loss."""
    model = build_judge(config.model)
    optimizer = keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    # XLA makes small convolutions slower on a CPU, not faster.
    model.compile(optimizer, judge_loss, jit_compile=False)
    return model


class JudgeRun:
    """A model, its moving average and the folder that both are saved in."""

    def __init__(self, config: TwinsConfig, limits: ReaderLimits, run_dir: Path) -> None:
        """Build the model, or take it from the last checkpoint in `run_dir`."""
        self._config, self._limits, self._run_dir = config, limits, run_dir
        self._model = compile_judge(config)
        averaged = build_judge(config.model)
        self.state = self._saved = restore_checkpoint(self._model, averaged, run_dir)
        self.average = WeightAverage(averaged, momentum=config.ema_momentum)
        self._schedule = Schedule(
            peak=config.learning_rate, warmup=config.warmup_strips / config.strips
        )

    def take_steps(self, batches: Iterator[GlyphBatch], unseen: Sequence[GlyphBatch]) -> None:
        """Train until the strips or the time are used up, now and then measuring on `unseen`.

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
                        scores = score_judge(self.average.model(), unseen)
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

    def _take_step(self, batch: GlyphBatch, progress: float) -> dict[str, float]:
        self._model.optimizer.learning_rate = self._schedule.rate_at(progress)
        losses = self._model.train_on_batch(batch.glyphs, batch.classes, return_dict=True)
        # Keras means its losses over all batches since the last reset.
        self._model.reset_metrics()
        self.average.update(self._model, step=self.state.step)
        return {name: float(value) for name, value in losses.items()}

    def _save(self) -> None:
        save_checkpoint(self._model, self.average.model(), self.state, self._run_dir)
        self._saved = self.state
