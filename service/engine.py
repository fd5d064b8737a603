"""The running service without its HTTP: loads the pipeline, runs frames through it, drains."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from service.decode import decode_frame
from service.errors import NotReadyError, PrintlinkError
from service.lineup import STABLE_LOT, Lineup, Lots
from service.model_watch import ModelWatch
from service.runner import Lane, Runner
from service.traces import describe, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.cutouts import CutPage
    from service.leisure import Leisure
    from service.metrics import Metrics
    from service.pipeline import FramePipeline
    from service.records import Frame, FrameResult
    from service.settings import DecodeSettings, Settings
    from service.versions import Served, Versions

    BuildPipeline = Callable[[Settings, Metrics], Served]

T = TypeVar("T")


class Engine:
    """Answers frames once its pipeline is loaded, until it is drained."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        *,
        build: BuildPipeline,
    ) -> None:
        """Take `build`, which loads the models once `start` calls it."""
        self._settings = settings
        self._metrics = metrics
        self._build = build
        self._lineup: Lineup | None = None
        self._lots = Lots()
        self._loading: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._is_draining = False
        self._runner = Runner(settings.runner)
        self._log = structlog.get_logger("printlink")
        metrics.watch_runner(self._runner)

    @property
    def is_ready(self) -> bool:
        """Whether frames are answered."""
        return self._lineup is not None and not self._is_draining

    @property
    def lineup(self) -> Lineup | None:
        """Who answers frames, once the first model is loaded."""
        return self._lineup

    @property
    def served(self) -> Served | None:
        """The stable one of those that answer frames, once it is loaded."""
        return self._lineup.stable if self._lineup else None

    @property
    def failure(self) -> BaseException | None:
        """Why the models could not be loaded, once that is known."""
        task = self._loading
        if task is None or not task.done() or task.cancelled():
            return None
        return task.exception()

    def start(self) -> None:
        """Begin to load and warm up, behind the back of whoever asks for `/healthz` meanwhile."""
        self._loading = asyncio.create_task(self._load())
        self._loading.add_done_callback(self._note_failure)

    async def answer(
        self, data: bytes, finish: Callable[[Frame, FrameResult], T], *, in_colour: bool = False
    ) -> T:
        """Run one encoded picture through all stages and `finish`, which also runs in a thread.

        `finish` gets the frame `in_colour` where it needs that. Raises a `CallerError` for a bad
        picture, a `CapacityError` or an `InternalError`.
        """

        def answer(pipeline: FramePipeline) -> tuple[T, FrameResult]:
            frame, result = run_frame(pipeline, data, self._settings.decode, in_colour=in_colour)
            return finish(frame, result), result

        return await self.work(answer, Lane.REQUESTS)

    async def read(self, page: CutPage, finish: Callable[[Frame, FrameResult], T]) -> T:
        """Read the links of a page of which the client found the prefixes; raises as `answer`."""

        def read(pipeline: FramePipeline) -> tuple[T, FrameResult]:
            started = time.perf_counter()
            frame = page.lay_out(self._settings.decode)
            decode_ms = (time.perf_counter() - started) * 1000
            prefixes = page.find_prefixes(self._settings.detect)
            result = pipeline.run(frame, decode_ms, prefixes=prefixes)
            return finish(frame, result), result

        # A canary is a detector on trial, and this frame has nothing to do with it.
        return await self.work(read, Lane.REQUESTS, STABLE_LOT)

    @property
    def leisure(self) -> Leisure:
        """Whether there is time for what can wait."""
        return self._runner.leisure

    def draw_lot(self) -> float:
        """Return a lot; whoever works with the same lot meets the same version of the detector."""
        return self._lots.draw()

    async def work(
        self,
        look: Callable[[FramePipeline], tuple[T, FrameResult]],
        lane: Lane,
        lot: float | None = None,
    ) -> T:
        """Let a worker look at one frame, and return what it makes of it.

        Without a `lot` one is drawn.
        """
        served: Served | None = None
        try:
            served = self._choose(self.draw_lot() if lot is None else lot)
            answer, result = await self._runner.run(partial(look, served.pipeline), lane)
        except Exception as error:
            code = error.code if isinstance(error, PrintlinkError) else PrintlinkError.code
            self._metrics.count_failure(code, served.model_version if served else None)
            describe({"error.type": code})
            raise
        # Counted here, not in the job: a frame that came too late is a failure and no more.
        self._metrics.count_result(result)
        describe(
            {
                "printlink.model.name": result.model_name,
                "printlink.model.version": result.model_version,
                "printlink.links": len(result.links),
            }
        )
        return answer

    def drain(self) -> None:
        """Say not ready from now on, but go on answering."""
        self._is_draining = True

    def close(self) -> None:
        """Take no more frames."""
        self._is_draining = True
        self._runner.close()
        for task in (self._loading, self._watching):
            if task is not None:
                task.cancel()

    def take_over(self, lineup: Lineup) -> None:
        """Let `lineup` answer from the next frame on; those under way end where they began."""
        self._lineup = lineup
        self._metrics.show_models(lineup.stable.model_name, lineup.shares())
        self._log.info("models_changed", model=lineup.stable.model_name, shares=lineup.shares())

    async def _load(self) -> None:
        started = time.perf_counter()
        served = await asyncio.to_thread(self._build, self._settings, self._metrics)
        self._lineup = lineup = Lineup(served)
        self._metrics.show_models(served.model_name, lineup.shares())
        if served.reader_name:
            self._metrics.show_reader(served.reader_name, served.reader_version)
        self._watch(served.versions)
        self._log.info(
            "model_ready",
            model=served.model_name,
            version=served.model_version,
            seconds=round(time.perf_counter() - started, 2),
        )

    def _note_failure(self, _: asyncio.Task[None]) -> None:
        if self.failure is not None:
            self._log.error("load_failed", exc_info=self.failure)

    def _watch(self, versions: Versions | None) -> None:
        """Begin to follow the store, unless the settings pin a version or forbid it."""
        model = self._settings.model
        if versions is not None and model.version is None and model.watch_s:
            watch = ModelWatch(versions).keep_current(self, every_s=model.watch_s)
            self._watching = asyncio.create_task(watch)

    def _choose(self, lot: float) -> Served:
        if self._lineup is None:
            raise NotReadyError("the model is loading", retry_after_s=5)
        return self._lineup.choose(lot)


def run_frame(
    pipeline: FramePipeline, data: bytes, settings: DecodeSettings, *, in_colour: bool = False
) -> tuple[Frame, FrameResult]:
    """Decode one picture and find its links; raises a `CallerError` or an `InternalError`.

    The frame is grey where neither the caller nor the detector needs it `in_colour`.
    """
    started = time.perf_counter()
    with span("decode"):
        frame = decode_frame(data, settings, in_colour=in_colour or pipeline.sees_colour)
    return frame, pipeline.run(frame, (time.perf_counter() - started) * 1000)
