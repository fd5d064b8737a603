"""Trained detectors, loaded to be exported: those of a run, or of a published model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training.anchors import LEVELS
from training.checkpoint import find_weights
from training.detector import build_detector
from training.export_options import FACTS, ExportOptions, read_options
from training.network_file import find_network, read_network
from training.refiner.weights import load_refiner
from training.start_weights import start_from_model

if TYPE_CHECKING:
    from pathlib import Path

    import keras

    from model_store.store import ModelStore
    from training.config import ModelConfig
    from training.refiner.weights import TrainedRefiner


@dataclass(frozen=True, slots=True, eq=False)
class TrainedDetector:
    """A network with its weights, and what an export of it begins with.

    `refiner` is the second stage, where there is one; `options.refine` is its rule.
    """

    model: keras.Model
    network: ModelConfig
    options: ExportOptions
    refiner: TrainedRefiner | None = None

    @property
    def labels(self) -> dict[int, str]:
        """The classes by their number."""
        return self.network.labels or {}


def load_run(config: ModelConfig, run_dir: Path, options: ExportOptions) -> TrainedDetector:
    """Return the detector with the best weights that `run_dir` has so far.

    The run knows best which levels and channels it has; those of `options` are passed over.
    """
    network = find_network(config, run_dir)
    model = build_detector(network)
    model.load_weights(find_weights(run_dir))
    levels = network.levels or LEVELS
    options = replace(options, levels=levels, channels=network.channels)
    return TrainedDetector(model, network, options)


def load_model(store: ModelStore, named: str) -> TrainedDetector:
    """Return the detector published as `NAME` or `NAME:VERSION`, its kernels rounded to float16.

    Raises what `start_from_model` raises.
    """
    weights = start_from_model(store, named).weights
    network = read_network(weights.parent)
    if network is None:
        raise FileNotFoundError(f"{weights.parent}: expected network.json, found none")
    model = build_detector(network)
    model.load_weights(weights)
    detector = TrainedDetector(model, network, read_options(weights.parents[1] / FACTS))
    return add_refiner(detector, weights.parent) if detector.options.refine else detector


def add_refiner(detector: TrainedDetector, folder: Path) -> TrainedDetector:
    """Return `detector` with the second stage of a run, or of an export's folder.

    Raises FileNotFoundError where `folder` has none.
    """
    refiner = load_refiner(folder)
    options = replace(detector.options, refine=refiner.network.rule)
    return replace(detector, refiner=refiner, options=options)
