"""The choice of a run's network: what its config leaves open is taken from the data, once."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from training.fit_anchors import fit_levels, sample_boxes
from training.network_file import read_network, write_network

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import ModelConfig, TrainConfig
    from training.example import ExampleSource

logger = logging.getLogger(__name__)


def choose_network(
    config: TrainConfig, source: ExampleSource, labels: dict[int, str] | None, run_dir: Path
) -> ModelConfig:
    """Return the network of the run in `run_dir`, and write it down there where the run is new.

    `labels` are those of the data, if it has a label map. Raises ValueError where the classes
    cannot be known, or the run was begun with another network.
    """
    known = read_network(run_dir)
    if known is not None:
        _check_same(config.model, known, run_dir)
        return known
    network = config.model
    if network.labels is None:
        if not labels:
            raise ValueError("expected a label map beside the data or in the config, found neither")
        network = replace(network, labels=labels)
    if network.levels is None:
        boxes = sample_boxes(source, size=config.size, seed=config.seed)
        network = replace(network, levels=fit_levels(boxes))
        logger.info("anchors fitted to %d boxes: %s", len(boxes), network.levels)
    write_network(network, run_dir)
    return network


def _check_same(wanted: ModelConfig, known: ModelConfig, run_dir: Path) -> None:
    settled = replace(
        wanted, labels=wanted.labels or known.labels, levels=wanted.levels or known.levels
    )
    if settled != known:
        raise ValueError(
            f"{run_dir} is a run of another network; expected {known}, received {settled}"
        )
