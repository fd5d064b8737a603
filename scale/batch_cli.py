"""The command `printlink-batch`: bulk work that can be killed and gone on with."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.errors import StartupError
from service.settings import load_settings

if TYPE_CHECKING:
    from scale.batch import BatchJob, Progress
    from scale.folder import Folder
    from service.settings import Settings

_TOLD_EVERY_S: Final = 10.0
_MISSING: Final = 'printlink: bulk work needs Ray: pip install "printlink[scale]"'

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line; what keeps it from starting is one line and exit status 2."""
    try:
        cli()
    except StartupError as error:
        typer.echo(f"printlink: {error}", err=True)
        sys.exit(2)


@cli.command()
def batch(
    pages: Annotated[str, typer.Argument(metavar="IN", help="Folder or URL of pictures.")],
    out: Annotated[str, typer.Argument(help="Folder or URL for the results, JSON lines.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processors to use; all of the cluster.")
    ] = None,
    pages_per_shard: Annotated[
        int, typer.Option(min=1, help="Pages in each new file of results.")
    ] = 100,
    address: Annotated[
        str | None, typer.Option(help="Ray cluster to join, such as auto; this machine alone.")
    ] = None,
) -> None:
    """Find the links of all pictures under IN; OUT gets exactly one line for each.

    Started again after it was stopped, it goes on; after IN has grown, it does what is new.
    """
    try:
        from scale.batch import BatchJob
    except ImportError as error:
        typer.echo(_MISSING, err=True)
        raise typer.Exit(2) from error
    settings = _for_one_processor(load_settings())
    folders = _open_folders(pages, out)
    job = BatchJob(
        *folders, settings, pages_per_shard=pages_per_shard, workers=_join_cluster(address, workers)
    )
    raise typer.Exit(_run(job))


def _run(job: BatchJob) -> int:
    """Tell of the progress; return the exit status."""
    from ray.exceptions import RayError

    try:
        told_at = 0.0
        for progress in job.run():
            if time.monotonic() - told_at > _TOLD_EVERY_S:
                typer.echo(progress.render(), err=True)
                told_at = time.monotonic()
    except (RayError, OSError) as error:
        typer.echo(f"printlink: {error}", err=True)
        return 1
    _summarize(progress)
    return 0


def _summarize(progress: Progress) -> None:
    typer.echo(f"done: {progress.render()}, {progress.seconds:.0f} s")


def _open_folders(pages: str, out: str) -> tuple[Folder, Folder]:
    from scale.folder import Folder

    try:
        folders = Folder(pages), Folder(out)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    if folders[0].contains(folders[1]):
        raise typer.BadParameter("OUT lies inside IN, whose files are all taken for pages")
    return folders


def _for_one_processor(settings: Settings) -> Settings:
    """Return settings that leave it to Ray to fill the processors."""
    return settings.model_copy(
        update={
            "runner": settings.runner.model_copy(update={"workers": 1}),
            "detect": settings.detect.model_copy(update={"threads": 1}),
        }
    )


def _join_cluster(address: str | None, workers: int | None) -> int:
    """Connect to a cluster, or start one on this machine; return how many workers to have."""
    import ray

    from service.quota import count_cpus

    logging.getLogger("ray.data").setLevel(logging.WARNING)
    # Ray reports how it is used to its makers unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    address = address or os.environ.get("RAY_ADDRESS")
    own = {"num_cpus": workers or count_cpus(), "include_dashboard": False}
    try:
        # Without "local" Ray would join whatever cluster it finds on this machine.
        ray.init(
            address=address or "local",
            logging_level="warning",
            log_to_driver=False,
            **({} if address else own),
        )
    except Exception as error:  # Ray raises no narrower one where it did not start in time.
        typer.echo(f"printlink: Ray did not start: {error}", err=True)
        raise typer.Exit(1) from error
    return workers or int(ray.cluster_resources()["CPU"])


if __name__ == "__main__":
    main()
