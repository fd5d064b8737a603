"""One stream: frames are read as they come, the newest one is answered, until either side ends."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from service.errors import (
    BodyTooLargeError,
    CallerError,
    DeadlineError,
    InternalError,
    PrintlinkError,
    UnauthorizedError,
)
from service.mailbox import Mailbox
from service.messages import Configure, ErrorAnswer, answer_sight, parse_demand
from service.problems import describe_problem, translate_error
from service.runner import Lane
from service.traces import describe, open_trace
from service.watcher import Watcher

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from service.answers import Answer
    from service.engine import Engine
    from service.guard import Caller, Guard
    from service.mailbox import Parcel
    from service.metrics import Metrics
    from service.pipeline import FramePipeline
    from service.records import FrameResult
    from service.settings import Settings
    from service.watcher import Sight

# How much one frame changes the advice about their number.
_ADVICE_GAIN: Final = 0.2


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stream ends, and the code of RFC 6455 that the client is told, if it can be told."""

    reason: str
    code: int | None = None
    error: PrintlinkError | None = None


GONE: Final = Ending("client")
STOPPING: Final = Ending("stopping", 1012)
IDLE: Final = Ending("idle", 1008)
TOO_BIG: Final = Ending("too_big")
SLOW: Final = Ending("slow")


class StreamSession:
    """The two halves of a stream: one fills the mailbox, the other answers what is in it."""

    def __init__(
        self,
        socket: WebSocket,
        caller: Caller,
        *,
        engine: Engine,
        guard: Guard,
        metrics: Metrics,
        settings: Settings,
        request_id: str,
    ) -> None:
        """Take an accepted socket and whoever is behind it."""
        self._socket = socket
        self._caller = caller
        self._engine = engine
        self._guard = guard
        self._metrics = metrics
        self._settings = settings
        self._request_id = request_id
        self._mailbox = Mailbox()
        self._stopping = asyncio.Event()
        self._watcher = self._begin_watch()
        # One lot for all frames: links would jump between two detectors.
        self._lot = engine.draw_lot()
        self._taken: Parcel | None = None
        self._wait_ms = 0.0
        # Why a frame that is displaced just now had to wait.
        self._hurdle = "busy"
        self._max_fps = settings.stream.max_fps
        self._min_confidence = 0.0
        self._began_at = self._next_at = 0.0
        self._seconds_a_frame = 1 / self._max_fps
        self.answered = 0

    @property
    def dropped(self) -> int:
        """Frames dropped for newer ones."""
        return self._mailbox.dropped

    async def run(self) -> Ending:
        """Serve the stream to its end."""
        halves = {asyncio.create_task(self._read()), asyncio.create_task(self._answer())}
        try:
            done, _ = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            return next(half.result() for half in done)
        except TimeoutError:
            return SLOW
        except (WebSocketDisconnect, WebSocketDisconnected):
            return GONE
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)

    def stop(self) -> None:
        """End after the answer that is under way."""
        self._stopping.set()
        self._mailbox.close()

    async def send(self, answer: Answer) -> None:
        """Send a message; raises `TimeoutError` where the client does not take it."""
        async with asyncio.timeout(self._settings.server.send_timeout_s):
            await self._socket.send_text(answer.model_dump_json())

    async def _read(self) -> Ending:
        while True:
            try:
                async with asyncio.timeout(self._settings.stream.idle_timeout_s):
                    message = await self._socket.receive()
            except TimeoutError:
                return IDLE
            if message["type"] == "websocket.disconnect":
                return TOO_BIG if message.get("code") == 1009 else GONE
            if message.get("bytes") is not None:
                self._put(message["bytes"])
            elif ending := await self._obey(message.get("text") or ""):
                return ending

    def _put(self, data: bytes) -> None:
        if self._mailbox.put(data) is not None:
            self._metrics.count_drop(self._hurdle)

    async def _obey(self, text: str) -> Ending | None:
        try:
            demand = parse_demand(text)
        except BodyTooLargeError as error:
            return Ending("too_big", 1009, error)
        except CallerError as error:
            await self._complain(error, None)
            return None
        if isinstance(demand, Configure):
            self._configure(demand)
        return None

    def _configure(self, demand: Configure) -> None:
        if demand.max_fps is not None:
            self._max_fps = min(demand.max_fps, self._settings.stream.max_fps)
        if demand.min_confidence is not None:
            self._min_confidence = demand.min_confidence

    async def _answer(self) -> Ending:
        while await self._mailbox.wait():
            try:
                await self._pace()
            except UnauthorizedError as error:
                return Ending("unauthorized", 1008, error)
            if not self._stopping.is_set():
                await self._answer_newest()
        return STOPPING

    async def _pace(self) -> None:
        """Wait until another frame may be worked on; newer ones displace the one that waits."""
        self._hurdle = "max_fps"
        await self._sleep(self._next_at - time.monotonic())
        self._hurdle, self._began_at = "rate_limit", time.monotonic()
        while not self._stopping.is_set() and (wait_s := self._guard.spend_frame(self._caller)):
            await self._sleep(wait_s)
        self._hurdle = "busy"
        self._next_at = time.monotonic() + 1 / self._max_fps

    async def _sleep(self, seconds: float) -> None:
        """Sleep, or wake up because the service stops."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _answer_newest(self) -> None:
        with open_trace("stream frame"):
            describe({"printlink.request_id": self._request_id})
            await self._answer_one()

    async def _answer_one(self) -> None:
        self._taken = None
        try:
            parcel, sight = await self._engine.work(self._look, Lane.STREAMS, self._lot)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends a frame and no more
            if isinstance(error, DeadlineError):
                # Its thread may still be busy with the old one.
                self._watcher = self._begin_watch()
            blamed = self._taken or self._mailbox.take()
            await self._complain(error, blamed.frame_id if blamed else None)
            return
        self._advise(time.monotonic() - self._began_at)
        await self._tell(sight, parcel)

    def _begin_watch(self) -> Watcher:
        settings = self._settings
        return Watcher(settings.decode, settings.stream, self._engine.leisure)

    def _look(self, pipeline: FramePipeline) -> tuple[tuple[Parcel, Sight], FrameResult]:
        """Look at the newest frame there is when a worker has time for it."""
        watcher, parcel = self._watcher, self._mailbox.take()
        if parcel is None:
            raise InternalError("a stream's frame was taken twice")
        self._taken, self._wait_ms = parcel, parcel.age_s * 1000
        describe({"printlink.frame_id": parcel.frame_id, "printlink.wait_ms": self._wait_ms})
        sight = watcher.look(pipeline, parcel.data, now_s=parcel.arrived)
        return (parcel, sight), sight.result

    def _advise(self, seconds: float) -> None:
        self._seconds_a_frame += _ADVICE_GAIN * (seconds - self._seconds_a_frame)

    async def _tell(self, sight: Sight, parcel: Parcel) -> None:
        answer = answer_sight(
            sight,
            frame_id=parcel.frame_id,
            dropped=self._mailbox.dropped,
            wait_ms=self._wait_ms,
            age_ms=parcel.age_s * 1000,
            advised_fps=min(self._max_fps, 1 / self._seconds_a_frame),
            min_confidence=self._min_confidence,
        )
        await self.send(answer)
        self.answered += 1
        self._metrics.count_stream_answer(sight, age_s=parcel.age_s)

    async def _complain(self, error: Exception, frame_id: int | None) -> None:
        problem = translate_error(error)
        if isinstance(problem, InternalError):
            structlog.get_logger("printlink").error("internal_error", exc_info=error)
        self._metrics.count_stream_error()
        describe({"error.type": problem.code}, is_failed=isinstance(problem, InternalError))
        await self.send(
            ErrorAnswer(frame_id=frame_id, error=describe_problem(problem, self._request_id))
        )
