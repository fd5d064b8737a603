"""The one place that knows concurrency: CPU work in threads, a bounded queue and a deadline."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import cv2

from service.errors import DeadlineError, InternalError, NotReadyError, QueueFullError
from service.leisure import Leisure
from service.pace import Pace
from service.quota import count_cpus
from service.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.settings import RunnerSettings

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """Threads that share the parts of a frame out among them; several frames may do so at once."""

    def __init__(self, threads: int) -> None:
        """Start no thread yet; the first parts do.

        OpenCV's own threads stay at rest from now on: a line's pictures are too small to be shared
        out, and waking them for each costs a fifteenth of all that reading a link does.
        """
        cv2.setNumThreads(1)
        self.threads = threads
        self.turns = Turns()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="part")

    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> list[R]:
        """Return what `work` makes of each part, in their order; raises what it raises."""
        # A copied context lets the log lines of a part carry the id of the request.
        jobs = [self._pool.submit(contextvars.copy_context().run, work, part) for part in parts]
        return [job.result() for job in jobs]


class Lane(Enum):
    """Where a job waits; workers take from both in turn, so that neither starves the other.

    A stream never has more than one job, so their number bounds that lane and each gets its turn.
    """

    REQUESTS = "requests"
    STREAMS = "streams"


class Refusal(NamedTuple):
    """A job that is given up, and what its caller is told."""

    future: Future[Any]
    error: QueueFullError


class Runner:
    """Runs jobs in worker threads, so that the event loop never waits for a processor.

    A job keeps its place until its thread is done with it, even when nobody waits for the answer
    any more: a thread cannot be stopped, and admitting more work would only pile it up. Where more
    requests wait than can begin in time, the newest one takes the place of the oldest, whose caller
    has least patience left: so what is answered is answered soon.
    """

    def __init__(self, settings: RunnerSettings) -> None:
        """Start no thread yet; the first jobs do."""
        self._settings = settings
        self._workers = settings.workers or count_cpus()
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="frame")
        self._lock = threading.Lock()
        # The lane whose turn it is comes first.
        self._lanes: dict[Lane, deque[tuple[Future[Any], Callable[[], Any]]]]
        self._lanes = {lane: deque() for lane in Lane}
        self._admitted = dict.fromkeys(Lane, 0)
        self._pace = Pace(settings, self._workers)
        self._running = 0
        self._is_closed = False
        self.leisure = Leisure(max(1, self._workers - 1), is_busy=self._has_waiting_requests)

    @property
    def queued(self) -> int:
        """Jobs that wait for a worker."""
        with self._lock:
            return sum(self._admitted.values()) - self._running

    @property
    def running(self) -> int:
        """Jobs that a worker is busy with."""
        with self._lock:
            return self._running

    async def run(self, job: Callable[[], T], lane: Lane = Lane.REQUESTS) -> T:
        """Return what `job` returns, or raise what it raises.

        Raises `QueueFullError` where too many requests wait, `DeadlineError` where waiting and
        working took too long together, `NotReadyError` after `close`.
        """
        future = self._admit(job, lane)
        try:
            async with asyncio.timeout(self._settings.deadline_s) as deadline:
                return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if self._is_cancelled_from_outside():
                raise
            raise NotReadyError("the service is stopping") from None
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise DeadlineError(
                f"no answer within {self._settings.deadline_s:g} s",
                retry_after_s=self._settings.retry_after_s,
            ) from error

    def close(self) -> None:
        """Refuse new jobs and forget the waiting ones; those under way run to their end."""
        with self._lock:
            self._is_closed = True
            waiting = [future for jobs in self._lanes.values() for future, _ in jobs]
        self._pool.shutdown(wait=False, cancel_futures=True)
        for future in waiting:
            future.cancel()

    def _admit(self, job: Callable[[], T], lane: Lane) -> Future[T]:
        future: Future[T] = Future()
        # The copied context lets the log lines of the job carry the id of its request.
        call = partial(contextvars.copy_context().run, job)
        shed: Refusal | None = None
        with self._lock:
            if self._is_closed:
                raise NotReadyError("the service is stopping")
            if lane is Lane.REQUESTS and not self._has_room():
                shed = self._shed_oldest()
            self._admitted[lane] += 1
            self._lanes[lane].append((future, call))
            # Who takes another one's place gets its turn, too.
            if shed is None:
                self._pool.submit(self._work)
        future.add_done_callback(partial(self._release, lane))
        if shed is not None and shed.future.set_running_or_notify_cancel():
            shed.future.set_exception(shed.error)
        return future

    def _has_room(self) -> bool:
        most = self._workers + self._pace.room(len(self._lanes[Lane.STREAMS]))
        return self._admitted[Lane.REQUESTS] < most

    def _has_waiting_requests(self) -> bool:
        with self._lock:
            return bool(self._lanes[Lane.REQUESTS])

    def _shed_oldest(self) -> Refusal:
        """Give up the request that has waited longest; raises its error where none waits."""
        waiting = self._lanes[Lane.REQUESTS]
        self._pace.note_refusal()
        error = QueueFullError(
            f"{self._workers} frames are worked on and {len(waiting)} wait",
            retry_after_s=self._pace.retry_after_s(len(waiting)),
        )
        oldest = next((entry for entry in waiting if not entry[0].cancelled()), None)
        if oldest is None:
            raise error
        waiting.remove(oldest)
        return Refusal(oldest[0], error)

    def _work(self) -> None:
        """Do the next job; nothing where its caller has given up meanwhile."""
        with self._lock:
            future, call = self._take_next()
        if not future.set_running_or_notify_cancel():
            return
        with self._lock:
            self._running += 1
        started = time.monotonic()
        try:
            done = partial(future.set_result, call())
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            done = partial(future.set_exception, _contain(error))
        with self._lock:
            self._running -= 1
            self._pace.note_job(time.monotonic() - started)
        done()

    def _take_next(self) -> tuple[Future[Any], Callable[[], Any]]:
        """Take from the lane whose turn it is, or else from the other; one of them has a job."""
        lane = next(lane for lane, jobs in self._lanes.items() if jobs)
        jobs = self._lanes[lane] = self._lanes.pop(lane)
        return jobs.popleft()

    @staticmethod
    def _is_cancelled_from_outside() -> bool:
        """Tell a caller who gave up from a waiting job that `close` dropped."""
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    def _release(self, lane: Lane, _: Future[T]) -> None:
        with self._lock:
            self._admitted[lane] -= 1


def _contain(error: BaseException) -> Exception:
    """Return what may be raised in the event loop, which a library's `exit()` would end."""
    if isinstance(error, Exception):
        return error
    contained = InternalError(f"a job ended with {type(error).__name__}")
    contained.__cause__ = error
    return contained
