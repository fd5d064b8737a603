"""How quickly jobs are done lately: how many may wait for that, and when there is room again."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import RunnerSettings

# How much one job changes what is thought of all.
_GAIN: Final = 0.1
# For so long, e-fold, whoever was refused is thought to come back.
_MEMORY_S: Final = 1.0
_LONGEST_RETRY_S: Final = 60


class Pace:
    """What the last jobs took, and how many were refused; whoever asks has a lock of their own."""

    def __init__(
        self,
        settings: RunnerSettings,
        workers: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nothing yet; `clock` tells seconds and never goes back."""
        self._settings = settings
        self._workers = workers
        self._clock = clock
        self._seconds_a_job = 0.0
        self._refused = 0.0
        self._refused_at = clock()

    def note_job(self, seconds: float) -> None:
        """Take in what one job took its worker."""
        known = self._seconds_a_job or seconds
        self._seconds_a_job = known + _GAIN * (seconds - known)

    def note_refusal(self) -> None:
        """Take in that a job was refused."""
        self._refused = 1 + self._refused_lately()
        self._refused_at = self._clock()

    def room(self, streams: int) -> int:
        """Return how many requests may wait beside so many streams, with which they take turns.

        As many as begin within `max_wait_s`; but for each worker one may wait, however slow it is.
        """
        most = self._settings.max_queued
        if not self._seconds_a_job:
            return most
        turns = int(self._settings.max_wait_s * self._workers / self._seconds_a_job)
        return min(most, max(self._workers, turns // 2, turns - streams))

    def retry_after_s(self, waiting: int) -> int:
        """Return the seconds until the `waiting` and all who were refused lately could be done."""
        jobs = waiting + self._refused_lately()
        needed_s = jobs * self._seconds_a_job / self._workers
        return max(self._settings.retry_after_s, min(_LONGEST_RETRY_S, math.ceil(needed_s)))

    def _refused_lately(self) -> float:
        return self._refused * math.exp((self._refused_at - self._clock()) / _MEMORY_S)
