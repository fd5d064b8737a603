"""Time for what can wait, shared out among those who want it, so that some is left for the rest."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Who has not asked for so long no longer takes part.
_ABSENT_S: Final = 2.0
# Of the time that may be taken, what is shared out; the rest is for those who insist.
_SHARED: Final = 0.8
# How much one look changes what is thought of all.
_GAIN: Final = 0.1


def _never() -> bool:
    return False


class Leisure:
    """Lets a few jobs do more than they must; any thread may ask."""

    def __init__(
        self,
        most: int,
        *,
        is_busy: Callable[[], bool] = _never,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let `most` jobs at once, and none while `is_busy` says that others wait."""
        self._most = most
        self._is_busy = is_busy
        self._clock = clock
        self._taken = 0
        self._seconds_a_job = 0.0
        self._weights: dict[object, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def share(self, who: object, *, weight: float = 1.0) -> float:
        """Count `who` in, and return the seconds until its next turn may come.

        That is what the others need: one of half the weight has half as many turns.
        """
        with self._lock:
            now_s = self._clock()
            self._weights[who] = (weight, now_s)
            self._weights = {
                one: (its_weight, seen_s)
                for one, (its_weight, seen_s) in self._weights.items()
                if now_s - seen_s <= _ABSENT_S
            }
            others = sum(its_weight for its_weight, _ in self._weights.values()) - weight
            return others / weight * self._seconds_a_job / (max(1, self._most) * _SHARED)

    @contextmanager
    def ask(self) -> Iterator[bool]:
        """Tell whether there is time for what the `with` block does then, and keep it free."""
        with self._lock:
            has_time = self._taken < self._most and not self._is_busy()
            self._taken += has_time
        if has_time:
            with self._hold():
                yield True
        else:
            yield False

    @contextmanager
    def insist(self) -> Iterator[bool]:
        """Take the time, there or not: what the `with` block does can wait no longer."""
        with self._lock:
            self._taken += 1
        with self._hold():
            yield True

    @contextmanager
    def _hold(self) -> Iterator[None]:
        started = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
                spent_s = self._clock() - started
                known_s = self._seconds_a_job or spent_s
                self._seconds_a_job = known_s + _GAIN * (spent_s - known_s)
