"""Checkpoints: a run's weights, optimizer state and progress; a kill does no harm."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import keras

CHECKPOINT = "checkpoint.weights.h5"
AVERAGED = "averaged.weights.h5"
FINAL = "final.weights.h5"
STATE = "state.json"


@dataclass(frozen=True, slots=True)
class RunState:
    """How far a run is: steps taken and seconds spent in all its sessions."""

    step: int = 0
    elapsed_s: float = 0.0


def save_checkpoint(
    model: keras.Model, averaged: keras.Model, state: RunState, run_dir: Path
) -> None:
    """Write weights with optimizer state, averaged weights and progress into `run_dir`."""
    save_weights(model, run_dir / CHECKPOINT)
    save_weights(averaged, run_dir / AVERAGED)
    temporary = run_dir / f"{STATE}.partial"
    temporary.write_text(json.dumps(asdict(state)))
    os.replace(temporary, run_dir / STATE)


def restore_checkpoint(model: keras.Model, averaged: keras.Model, run_dir: Path) -> RunState:
    """Load the last checkpoint into a compiled model; a fresh run gives the zero state."""
    state = read_state(run_dir)
    if state == RunState():
        averaged.set_weights(model.get_weights())
        return state
    model.optimizer.build(model.trainable_variables)
    model.load_weights(run_dir / CHECKPOINT)
    averaged.load_weights(run_dir / AVERAGED)
    return state


def read_state(run_dir: Path) -> RunState:
    """Return how far the run in `run_dir` is, the zero state where it has no checkpoint."""
    path = run_dir / STATE
    return RunState(**json.loads(path.read_text())) if path.exists() else RunState()


def save_weights(model: keras.Model, path: Path) -> None:
    """Write a model's weights to `path`; a kill leaves the old file or the new one."""
    # Keras insists on the suffix.
    temporary = path.with_name(f"partial-{path.name}")
    model.save_weights(temporary, overwrite=True)
    os.replace(temporary, path)


def find_weights(run_dir: Path) -> Path:
    """Return the final weights of a run, else those averaged up to its last checkpoint.

    Raises FileNotFoundError where the run has neither.
    """
    for name in (FINAL, AVERAGED):
        if (run_dir / name).exists():
            return run_dir / name
    message = f"{run_dir}: expected {FINAL} or {AVERAGED}, found neither"
    raise FileNotFoundError(message)
