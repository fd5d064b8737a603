"""The command `printlink-train refiner`: a second stage for a detector that is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run_refiner(
    config: Annotated[Path, typer.Argument(help="The config that the detector was trained with.")],
    data: Annotated[Path, typer.Argument(help="What its source reads.")],
    export: Annotated[Path, typer.Argument(help="The detector, exported without second stage.")],
    run: Annotated[Path, typer.Argument(help="The run's folder; an unfinished run goes on.")],
    crops: Annotated[int | None, typer.Option(min=1, help="In place of the usual number.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="In place of the usual number.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each operator.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make crops.")] = 1,
    max_minutes: Annotated[
        float | None, typer.Option(min=0.1, help="End the schedule after so much time.")
    ] = None,
) -> None:
    """Train a second stage, which looks at each box again: `export --refiner` adds it."""
    from dataclasses import replace

    from training.config_file import load_config
    from training.export_options import EXTRA
    from training.network_file import read_network
    from training.refiner.collect import find_proposals
    from training.refiner.config import RefinerConfig, RefinerNetwork
    from training.refiner.proposals import NoProposalsError
    from training.refiner.train import train_refiner
    from training.threads import limit_threads

    known = read_network(export / EXTRA)
    if known is None or known.labels is None:
        raise typer.BadParameter(f"expected an export of `printlink-train export`, not {export}")
    limit_threads(threads)
    network = RefinerNetwork(channels=known.channels, labels=known.labels)
    usual = RefinerConfig()
    settings = replace(usual, crops=crops or usual.crops, steps=steps or usual.steps)
    try:
        proposals = find_proposals(
            load_config(config), data, export, run, settings=settings, workers=workers
        )
    except NoProposalsError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(train_refiner(settings, network, proposals, run_dir=run, max_minutes=max_minutes))
