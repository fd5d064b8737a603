"""Trained second stages: those of a run, or of an export that has one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from training.checkpoint import find_weights, read_state
from training.origin import read_origin
from training.refiner.config import RefinerNetwork, read_config, read_network, write_network
from training.refiner.net import build_refiner
from training.start_weights import save_halved

if TYPE_CHECKING:
    from pathlib import Path

    import keras

WEIGHTS = "refiner.weights.h5"
REFINER_RUN = "refiner_run.json"


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRefiner:
    """A second stage with its weights; `run` says how they were made, for a manifest."""

    model: keras.Model
    network: RefinerNetwork
    run: dict[str, Any]


def load_refiner(folder: Path) -> TrainedRefiner:
    """Return the second stage of a run's folder, or of what lies beside an export's graph.

    Raises FileNotFoundError where there is none.
    """
    network = read_network(folder)
    model = build_refiner(network)
    exported = folder / WEIGHTS
    model.load_weights(exported if exported.exists() else find_weights(folder))
    known = folder / REFINER_RUN
    run = json.loads(known.read_text()) if known.exists() else describe_run(folder)
    return TrainedRefiner(model, network, run)


def describe_run(run_dir: Path) -> dict[str, Any]:
    """Return what a run made and of what."""
    return {
        "network": asdict(read_network(run_dir)),
        "config": asdict(read_config(run_dir)),
        "steps": read_state(run_dir).step,
        "origin": asdict(read_origin(run_dir)),
    }


def save_refiner(refiner: TrainedRefiner, folder: Path) -> None:
    """Write a second stage into the folder beside an export's graph, kernels in float16."""
    folder.mkdir(parents=True, exist_ok=True)
    write_network(refiner.network, folder)
    text = json.dumps(refiner.run, indent=2)
    (folder / REFINER_RUN).write_text(text + "\n", encoding="utf-8")
    save_halved(refiner.model, folder / WEIGHTS)
