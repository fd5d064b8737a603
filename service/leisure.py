"""Time for what can wait: so much of it at once that somebody is left for what cannot."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _never() -> bool:
    return False


class Leisure:
    """Lets a few jobs do more than they must; any thread may ask."""

    def __init__(self, most: int, *, is_busy: Callable[[], bool] = _never) -> None:
        """Let `most` jobs at once, and none while `is_busy` says that others wait."""
        self._most = most
        self._is_busy = is_busy
        self._taken = 0
        self._lock = threading.Lock()

    @contextmanager
    def ask(self) -> Iterator[bool]:
        """Tell whether there is time for what the `with` block does then, and keep it free."""
        with self._lock:
            has_time = self._taken < self._most and not self._is_busy()
            self._taken += has_time
        try:
            yield has_time
        finally:
            with self._lock:
                self._taken -= has_time

    @contextmanager
    def insist(self) -> Iterator[bool]:
        """Take the time, there or not: what the `with` block does can wait no longer."""
        with self._lock:
            self._taken += 1
        try:
            yield True
        finally:
            with self._lock:
                self._taken -= 1
