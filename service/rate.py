"""A token bucket: so many frames a minute, some of them at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Bucket:
    """Holds up to `burst` tokens, refilled at `per_minute`; 0 a minute means no limit."""

    def __init__(
        self, per_minute: float, burst: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start full; `clock` tells seconds and never goes back."""
        self.per_minute = per_minute
        self._burst = burst
        self._tokens = float(burst)
        self._clock = clock
        self._filled_at = clock()

    def spend(self) -> float:
        """Take a token and return 0, or take none and return the seconds until there is one."""
        if not self.per_minute:
            return 0.0
        now = self._clock()
        gained = (now - self._filled_at) * self.per_minute / 60
        self._tokens, self._filled_at = min(self._burst, self._tokens + gained), now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) * 60 / self.per_minute
