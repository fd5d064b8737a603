"""What one frame spends in each stage, in all its threads."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.traces import span

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """Adds up the seconds of one frame by stage, and traces each of them."""

    def __init__(self) -> None:
        """Begin now."""
        self._started = time.perf_counter()
        self._lock = threading.Lock()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time inside the `with` block."""
        started = time.perf_counter()
        try:
            with span(name):
                yield
        finally:
            spent = time.perf_counter() - started
            with self._lock:
                self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def total(self) -> float:
        """Return the seconds since the frame came in."""
        return time.perf_counter() - self._started
