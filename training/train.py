"""The training loop: from a config and a folder of pages to the weights of a detector."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras

from training.average import WeightAverage
from training.checkpoint import (
    FINAL,
    RunState,
    restore_checkpoint,
    save_checkpoint,
    save_weights,
)
from training.detector import build_detector
from training.feed import open_feed
from training.losses import box_loss, class_loss, detection_loss
from training.scalars import ScalarLog
from training.schedule import learning_rate_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.config import TrainConfig
    from training.feed import Batch


@dataclass(frozen=True, slots=True)
class TrainLimits:
    """What the machine gives to a run; `max_minutes` may end it before the config's crops do."""

    workers: int = 1
    max_minutes: float | None = None


def train(
    config: TrainConfig,
    *,
    data_dir: Path,
    run_dir: Path,
    limits: TrainLimits,
    start_weights: Path | None = None,
) -> Path:
    """Train, or go on from the last checkpoint in `run_dir`; return the averaged weights' path.

    A run without a checkpoint starts from `start_weights` where they are given, the `.weights.h5`
    of another run of the same network. On Ctrl-C the run is saved first; the same call resumes it.
    """
    keras.mixed_precision.set_global_policy(config.precision)
    keras.utils.set_random_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    model, averaged = compile_detector(config), build_detector(config.model)
    if start_weights is not None:
        averaged.load_weights(start_weights)
        model.set_weights(averaged.get_weights())
    start = restore_checkpoint(model, averaged, run_dir)
    average = WeightAverage(averaged, momentum=config.ema_momentum)
    source = config.make_source(data_dir, config.size)
    seed = (config.seed, start.step)
    with open_feed(
        source, size=config.size, batch=config.batch, workers=limits.workers, seed=seed
    ) as batches:
        run = TrainRun(config, limits, model=model, average=average, run_dir=run_dir)
        run.take_steps(batches, start)
    save_weights(average.model(), run_dir / FINAL)
    return run_dir / FINAL


def compile_detector(config: TrainConfig) -> keras.Model:
    """Return an untrained detector with its optimizer and losses."""
    model = build_detector(config.model)
    optimizer = keras.optimizers.AdamW(
        config.learning_rate,
        weight_decay=config.weight_decay,
        global_clipnorm=config.max_gradient_norm,
    )
    # XLA makes these convolutions slower on a CPU, not faster.
    model.compile(optimizer, detection_loss, metrics=[class_loss, box_loss], jit_compile=False)
    return model


class TrainRun:
    """A model, its moving average and the folder that both are saved in."""

    def __init__(
        self,
        config: TrainConfig,
        limits: TrainLimits,
        *,
        model: keras.Model,
        average: WeightAverage,
        run_dir: Path,
    ) -> None:
        self._config, self._limits = config, limits
        self._model, self._average, self._run_dir = model, average, run_dir

    def take_steps(self, batches: Iterator[Batch], state: RunState) -> None:
        """Train from `state` until the crops or the time are used up."""
        start_s = time.monotonic() - state.elapsed_s
        with ScalarLog(self._run_dir) as log:
            try:
                while (progress := self.measure_progress(state)) < 1.0:
                    log.add(self._take_step(next(batches), state.step, progress=progress))
                    state = RunState(state.step + 1, time.monotonic() - start_s)
                    if state.step % self._config.log_steps == 0:
                        log.write(state, crops=self._config.batch, progress=progress)
                    if state.step % self._config.checkpoint_steps == 0:
                        self._save(state)
            finally:
                self._save(state)

    def measure_progress(self, state: RunState) -> float:
        """Return 0..1, how much of the crops or of the time is spent, whichever is more."""
        by_crops = state.step * self._config.batch / self._config.crops
        if self._limits.max_minutes is None:
            return by_crops
        return max(by_crops, state.elapsed_s / (self._limits.max_minutes * 60))

    def _take_step(self, batch: Batch, step: int, *, progress: float) -> dict[str, float]:
        config = self._config
        self._model.optimizer.learning_rate = learning_rate_at(
            progress, peak=config.learning_rate, warmup=config.warmup_crops / config.crops
        )
        losses = self._model.train_on_batch(batch.images, batch.targets, return_dict=True)
        # Keras means its losses over all batches since the last reset.
        self._model.reset_metrics()
        self._average.update(self._model, step=step)
        return {name: float(value) for name, value in losses.items()}

    def _save(self, state: RunState) -> None:
        save_checkpoint(self._model, self._average.model(), state, self._run_dir)
