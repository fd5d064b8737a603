"""The training loop: from a config and a folder of data to the weights of a detector."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import keras

from training.augment import augment_source
from training.average import WeightAverage
from training.checkpoint import (
    FINAL,
    RunState,
    read_state,
    restore_checkpoint,
    save_checkpoint,
    save_weights,
)
from training.data_digest import digest_data
from training.detector import build_detector
from training.devices import share_batches, spread_over
from training.export_options import choose_options
from training.feed import BatchForm, open_feed
from training.keras_detector import KerasNetwork
from training.losses import DetectionLoss
from training.network_choice import choose_network
from training.optimizer import build_optimizer, regularize_kernels
from training.origin import Origin, write_origin
from training.row_detector import RowDetector
from training.scalars import ScalarLog
from training.schedule import Schedule
from training.start_weights import put_weights
from training.stop_signals import StopSignals
from training.validation import ValidationSet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.config import TrainConfig
    from training.example import ExampleSource
    from training.feed import Batch
    from training.start_weights import Start


@dataclass(frozen=True, slots=True)
class TrainLimits:
    """What the machine gives to a run; `max_minutes` may end it before the config's crops do."""

    workers: int = 1
    max_minutes: float | None = None
    devices: int = 1


def train(
    config: TrainConfig,
    *,
    data_dir: Path,
    run_dir: Path,
    limits: TrainLimits,
    start: Start | None = None,
    validation_dir: Path | None = None,
) -> Path:
    """Train, or go on from the last checkpoint in `run_dir`; return the averaged weights' path.

    A run without a checkpoint begins with the weights of `start` where they are given, as far as
    they fit. `validation_dir` has labelled pictures to measure on now and then. On Ctrl-C or
    SIGTERM the run is saved and KeyboardInterrupt raised; the same call resumes it.
    """
    keras.mixed_precision.set_global_policy(config.precision)
    keras.utils.set_random_seed(config.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    source, config = prepare_run(config, data_dir, run_dir)
    with spread_over(limits.devices, batch=config.batch):
        model, averaged = compile_detector(config), build_detector(config.model)
        if read_state(run_dir) == RunState():
            if start is not None:
                put_weights(model, config.model, start.weights)
            name = None if start is None else start.name
            write_origin(Origin(data_sha256=digest_data(data_dir), started_from=name), run_dir)
        state = restore_checkpoint(model, averaged, run_dir)
        average = WeightAverage(averaged, momentum=config.ema_momentum)
        validation = open_validation(config, validation_dir)
        run = TrainRun(config, limits, model=model, average=average, run_dir=run_dir)
        seed = (config.seed, state.step)
        with open_feed(source, form_of(config), workers=limits.workers, seed=seed) as batches:
            run.take_steps(batches, state, validation)
        save_weights(average.model(), run_dir / FINAL)
    return run_dir / FINAL


def prepare_run(
    config: TrainConfig, data_dir: Path, run_dir: Path
) -> tuple[ExampleSource, TrainConfig]:
    """Return the source of the examples, and the config with the network that the run has."""
    plain = config.make_source(data_dir, config.size)
    source = augment_source(plain, config.size, config.augment)
    network = choose_network(config, source, getattr(plain, "label_map", None), run_dir)
    return source, replace(config, model=network)


def open_validation(config: TrainConfig, folder: Path | None) -> ValidationSet | None:
    """Return the pictures to measure on, or None where there are none."""
    return None if folder is None else ValidationSet(folder, limit=config.validation_images)


def form_of(config: TrainConfig) -> BatchForm:
    """Return the form of the batches that the config's network takes, its levels being known."""
    return BatchForm(
        size=config.size,
        number=config.batch,
        channels=config.model.channels,
        levels=config.model.levels or (),
        match=config.match,
    )


def compile_detector(config: TrainConfig) -> keras.Model:
    """Return an untrained detector with its optimizer and losses."""
    return compile_network(build_detector(config.model), config)


def compile_network(model: keras.Model, config: TrainConfig) -> keras.Model:
    """Give a network its optimizer and losses, and return it."""
    regularize_kernels(model, l2=config.loss.l2)
    loss = DetectionLoss(config.loss)
    model.compile(
        build_optimizer(config),
        loss.total_loss,
        metrics=[loss.class_loss, loss.box_loss],
        # XLA makes these convolutions slower on a CPU, not faster.
        jit_compile=False,
    )
    share_batches(model)
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
        self._schedule = Schedule(
            peak=config.learning_rate,
            warmup=config.warmup_crops / config.crops,
            start=config.warmup_learning_rate,
            end=config.final_learning_rate,
        )

    def take_steps(
        self, batches: Iterator[Batch], state: RunState, validation: ValidationSet | None = None
    ) -> None:
        """Train from `state` until the crops or the time are used up.

        Raises KeyboardInterrupt, with everything saved, where a signal asked for an end.
        """
        config, start_s = self._config, time.monotonic() - state.elapsed_s
        with ScalarLog(self._run_dir) as log, StopSignals() as stop:
            try:
                while (progress := self.measure_progress(state)) < 1.0 and not stop.is_asked:
                    log.add(self._take_step(next(batches), state.step, progress=progress))
                    state = RunState(state.step + 1, time.monotonic() - start_s)
                    if state.step % config.log_steps == 0:
                        log.write(state, crops=config.batch, progress=progress)
                    if state.step % config.checkpoint_steps == 0:
                        self._save(state)
                    if validation is not None and state.step % config.validation_steps == 0:
                        self._validate(validation, log, state)
                is_measured = stop.is_asked or state.step % config.validation_steps == 0
                if validation is not None and not is_measured:
                    self._validate(validation, log, state)
            finally:
                self._save(state)
        if stop.is_asked:
            raise KeyboardInterrupt

    def measure_progress(self, state: RunState) -> float:
        """Return 0..1, how much of the crops or of the time is spent, whichever is more."""
        by_crops = state.step * self._config.batch / self._config.crops
        if self._limits.max_minutes is None:
            return by_crops
        return max(by_crops, state.elapsed_s / (self._limits.max_minutes * 60))

    def _take_step(self, batch: Batch, step: int, *, progress: float) -> dict[str, float]:
        rate = self._schedule.rate_at(progress)
        self._model.optimizer.learning_rate = rate
        answer = self._model.train_on_batch(batch.images, batch.targets, return_dict=True)
        # Keras means its losses over all batches since the last reset.
        self._model.reset_metrics()
        self._average.update(self._model, step=step)
        losses = {name: float(value) for name, value in answer.items()}
        return {**losses, "l2_loss": self._find_l2_loss(losses), "learning_rate": rate}

    def _find_l2_loss(self, losses: dict[str, float]) -> float:
        """Return what the total has beside its two parts, which is what Keras added to it."""
        loss = self._config.loss
        if not loss.l2:
            return 0.0
        parts = loss.class_weight * losses["class_loss"] + loss.box_weight * losses["box_loss"]
        return losses["loss"] - parts

    def _validate(self, validation: ValidationSet, log: ScalarLog, state: RunState) -> None:
        # The second look of an export finds large print, which hardly changes while it learns.
        options = replace(choose_options(self._config), coarse_factor=1)
        network = KerasNetwork(self._average.model())
        found = validation.measure(RowDetector(network, options))
        if found.score is not None:
            score = found.score
            figures = {"ap50": score.ap50, "ap": score.ap, "ar": score.ar}
            log.write_scalars(figures, step=state.step, note="validation")
        log.write_pictures(found.pictures, step=state.step)

    def _save(self, state: RunState) -> None:
        save_checkpoint(self._model, self._average.model(), state, self._run_dir)
