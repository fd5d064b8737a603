"""The job of `printlink-batch` with a stand-in for the models; `bench.bulk` starts and kills it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ray
import typer

from scale.batch import BatchJob
from scale.folder import Folder
from service.records import FrameResult, Timings
from service.settings import Settings
from service.versions import Served

if TYPE_CHECKING:
    from service.metrics import Metrics
    from service.pipeline import Follow
    from service.records import Frame

WORKERS = 2


@dataclass(frozen=True)
class SimulatedPipeline:
    """Finds nothing in a frame, after a while."""

    delay_s: float = 0.02

    def run(
        self,
        frame: Frame,
        decode_ms: float,
        follow: Follow | None = None,  # noqa: ARG002 - knows no streams
    ) -> FrameResult:
        time.sleep(self.delay_s)
        return FrameResult(frame.width, frame.height, (), Timings(decode_ms, 0.0, 0.0, decode_ms))


def simulate(_: Settings, __: Metrics) -> Served:
    """Put the stand-in in the place of the stages."""
    return Served(SimulatedPipeline(), "simulated", 1)


def main(source: str, out: str, pages_per_shard: int = 25) -> None:
    """Go through all pages."""
    ray.init("local", num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    job = BatchJob(
        Folder(source),
        Folder(out),
        Settings(),
        pages_per_shard=pages_per_shard,
        workers=WORKERS,
        build=simulate,
    )
    for progress in job.run():
        last = progress.render()
    typer.echo(last)


if __name__ == "__main__":
    typer.run(main)
