"""The collection of proposals: crops of an example source, and what a detector says of them."""

from __future__ import annotations

import logging
from dataclasses import asdict, fields
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from training.data_digest import digest_data
from training.feed import open_workers
from training.origin import Origin, write_origin
from training.refiner.proposals import ProposalSet, gather_proposals, propose
from training.refiner.rule import RefineRule
from training.saved_detector import SavedDetector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.config import TrainConfig
    from training.example import Example, ExampleSource
    from training.refiner.config import RefinerConfig
    from training.refiner.proposals import Detector

logger = logging.getLogger(__name__)

PROPOSALS = "proposals.npz"
CROPS_A_BATCH = 16
LOG_CROPS = 1600


def find_proposals(
    config: TrainConfig,
    data: Path,
    export: Path,
    run_dir: Path,
    *,
    settings: RefinerConfig,
    workers: int = 1,
) -> ProposalSet:
    """Return the proposals of a run, which is given them first if it has none.

    They are what the detector in `export` says of crops by the source of `config`. Raises
    NoProposalsError where that is nothing.
    """
    path = run_dir / PROPOSALS
    if not path.exists():
        run_dir.mkdir(parents=True, exist_ok=True)
        write_origin(Origin(data_sha256=digest_data(data)), run_dir)
        source = config.make_source(data, config.size)
        seed = settings.proposals_seed
        with open_workers(partial(make_crops, source), workers=workers, seed=(seed,)) as batches:
            crops = take_crops(batches, settings.crops)
            proposals = collect_proposals(crops, SavedDetector(export), seed=seed)
        save_proposals(proposals, path)
    return load_proposals(path)


def collect_proposals(crops: Iterator[Example], detector: Detector, *, seed: int) -> ProposalSet:
    """Return what `detector` says of `crops`; raises NoProposalsError where that is nothing."""
    rng, rule = np.random.default_rng(seed), RefineRule()
    return gather_proposals(
        proposal for crop in crops for proposal in propose(crop, detector, rule, rng)
    )


def make_crops(source: ExampleSource, rng: np.random.Generator) -> Iterator[list[Example]]:
    """Yield lists of examples without end."""
    while True:
        yield [source.sample(rng) for _ in range(CROPS_A_BATCH)]


def take_crops(batches: Iterator[list[Example]], crops: int) -> Iterator[Example]:
    """Yield the first `crops` of what is in `batches`."""
    for done in range(0, crops, CROPS_A_BATCH):
        yield from next(batches)[: crops - done]
        if done and done % LOG_CROPS == 0:
            logger.info("%d of %d crops", done, crops)


def save_proposals(proposals: ProposalSet, path: Path) -> None:
    """Write a set to the `.npz` file `path`; a kill leaves nothing there, or all of it."""
    # NumPy insists on the suffix.
    temporary = path.with_name(f"partial-{path.name}")
    np.savez(temporary, **asdict(proposals))
    temporary.replace(path)


def load_proposals(path: Path) -> ProposalSet:
    """Return the set that `save_proposals` wrote."""
    with np.load(path) as known:
        return ProposalSet(**{field.name: known[field.name] for field in fields(ProposalSet)})
