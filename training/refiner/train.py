"""The training loop of the second stage: from proposals to the weights of a network."""

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
from training.refiner.batches import PatchBatches
from training.refiner.config import write_config, write_network
from training.refiner.losses import RefinerLoss
from training.refiner.net import build_refiner
from training.scalars import ScalarLog
from training.schedule import Schedule
from training.stop_signals import StopSignals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.refiner.batches import PatchBatch
    from training.refiner.config import RefinerConfig, RefinerNetwork
    from training.refiner.proposals import ProposalSet

LOG_STEPS = 100


def train_refiner(
    config: RefinerConfig,
    network: RefinerNetwork,
    proposals: ProposalSet,
    *,
    run_dir: Path,
    max_minutes: float | None = None,
) -> Path:
    """Train, or go on from the last checkpoint in `run_dir`; return the averaged weights' path.

    On Ctrl-C or SIGTERM the run is saved and KeyboardInterrupt raised; the same call resumes it.
    """
    keras.utils.set_random_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    write_network(network, run_dir)
    write_config(config, run_dir)
    run = RefinerRun(config, network, run_dir, max_minutes=max_minutes)
    batches = PatchBatches(proposals, config, network.rule)
    run.take_steps(batches.make(np.random.default_rng([config.seed, run.state.step])))
    save_weights(run.average.model(), run_dir / FINAL)
    return run_dir / FINAL


def compile_refiner(config: RefinerConfig, network: RefinerNetwork) -> keras.Model:
    """Return an untrained second stage with its optimizer and losses."""
    model = build_refiner(network)
    loss = RefinerLoss(config)
    optimizer = keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    # XLA makes small convolutions slower on a CPU, not faster.
    model.compile(
        optimizer, loss.total_loss, metrics=[loss.class_loss, loss.box_loss], jit_compile=False
    )
    return model


class RefinerRun:
    """A model, its moving average and the folder that both are saved in."""

    def __init__(
        self,
        config: RefinerConfig,
        network: RefinerNetwork,
        run_dir: Path,
        *,
        max_minutes: float | None,
    ) -> None:
        """Build the model, or take it from the last checkpoint in `run_dir`."""
        self._config, self._run_dir, self._max_minutes = config, run_dir, max_minutes
        self._model = compile_refiner(config, network)
        averaged = build_refiner(network)
        self.state = restore_checkpoint(self._model, averaged, run_dir)
        self.average = WeightAverage(averaged, momentum=config.ema_momentum)
        self._schedule = Schedule(
            peak=config.learning_rate, warmup=config.warmup_steps / config.steps
        )

    def take_steps(self, batches: Iterator[PatchBatch]) -> None:
        """Train until the steps or the time are used up.

        Raises KeyboardInterrupt, with everything saved, where a signal asked for an end.
        """
        config, start_s = self._config, time.monotonic() - self.state.elapsed_s
        with ScalarLog(self._run_dir) as log, StopSignals() as stop:
            try:
                while (progress := self._measure_progress()) < 1.0 and not stop.is_asked:
                    log.add(self._take_step(next(batches), progress))
                    self.state = RunState(self.state.step + 1, time.monotonic() - start_s)
                    if self.state.step % LOG_STEPS == 0:
                        log.write(self.state, crops=config.batch, progress=progress)
                    if self.state.step % config.checkpoint_steps == 0:
                        self._save()
            finally:
                self._save()
        if stop.is_asked:
            raise KeyboardInterrupt

    def _measure_progress(self) -> float:
        """Return 0..1, how much of the steps or of the time is spent, whichever is more."""
        by_steps = self.state.step / self._config.steps
        if self._max_minutes is None:
            return by_steps
        return max(by_steps, self.state.elapsed_s / (self._max_minutes * 60))

    def _take_step(self, batch: PatchBatch, progress: float) -> dict[str, float]:
        self._model.optimizer.learning_rate = self._schedule.rate_at(progress)
        losses = self._model.train_on_batch(batch.patches, batch.targets, return_dict=True)
        # Keras means its losses over all batches since the last reset.
        self._model.reset_metrics()
        self.average.update(self._model, step=self.state.step)
        return {name: float(value) for name, value in losses.items()}

    def _save(self) -> None:
        save_checkpoint(self._model, self.average.model(), self.state, self._run_dir)
