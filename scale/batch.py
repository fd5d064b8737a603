"""Bulk work: the links of all pages in a folder, as a Ray Data job that can be gone on with."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ray
from ray.data import ActorPoolStrategy, DataContext

from scale.plan import list_missing, plan_shards
from scale.shard_maker import ShardMaker
from service.assembly import build_pipeline
from service.logs import configure_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale.folder import Folder
    from scale.plan import Shard
    from service.engine import BuildPipeline
    from service.metrics import Metrics
    from service.settings import Settings
    from service.versions import Served


def build_on_worker(settings: Settings, metrics: Metrics) -> Served:
    """Load the models in a process that has no log yet; raises a `StartupError`."""
    configure_logs(settings.log, sys.stderr)
    return build_pipeline(settings, metrics)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `before` pages were done when it began, the other counts are its own."""

    total: int
    before: int
    pages: int = 0
    failed: int = 0
    links: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Pages whose lines are written."""
        return self.before + self.pages

    @property
    def pages_per_s(self) -> float:
        """The pace of this job, loading the models included."""
        return self.pages / self.seconds if self.seconds else 0.0

    def render(self) -> str:
        """Return this as a line for a person."""
        pace = f"{self.pages_per_s:.1f} pages/s"
        found = f"{self.links:,} links, {self.failed:,} pages with an error"
        return f"{self.done:,} of {self.total:,} pages, {found}, {pace}"


@dataclass(frozen=True, slots=True)
class BatchJob:
    """What is to be done: `pages` into `out`, by so many workers of one processor each."""

    pages: Folder
    out: Folder
    settings: Settings
    pages_per_shard: int
    workers: int
    build: BuildPipeline = build_on_worker

    def run(self) -> Iterator[Progress]:
        """Make the shards that are missing; yields how far it is, at the start and after each.

        A Ray cluster has to be connected. Raises `FileNotFoundError` where there are no pages, and
        Ray's errors where no worker can start.
        """
        shards = self._plan()
        missing = list_missing(shards, out=self.out)
        total = sum(len(shard.pages) for shard in shards)
        progress = Progress(total, total - sum(len(shard.pages) for shard in missing))
        started = time.monotonic()
        yield progress
        for row in self._make(missing) if missing else ():
            progress = Progress(
                total,
                progress.before,
                pages=progress.pages + row["pages"],
                failed=progress.failed + row["failed"],
                links=progress.links + row["links"],
                seconds=time.monotonic() - started,
            )
            yield progress

    def _plan(self) -> list[Shard]:
        self.out.create()
        pages = self.pages.list_files()
        return plan_shards(pages, out=self.out, pages_per_shard=self.pages_per_shard)

    def _make(self, missing: list[Shard]) -> Iterator[dict[str, int]]:
        context = DataContext.get_current()
        context.enable_progress_bars = False
        # A block each, so that a shard is told of as soon as it is there.
        rows = ray.data.from_items(
            [{"shard": shard.to_json()} for shard in missing], override_num_blocks=len(missing)
        )
        made = rows.map(
            ShardMaker,
            fn_constructor_args=(self.settings,),
            fn_constructor_kwargs={"pages": self.pages, "out": self.out, "build": self.build},
            compute=ActorPoolStrategy(size=min(self.workers, len(missing))),
            num_cpus=1,
        )
        yield from made.iter_rows()
