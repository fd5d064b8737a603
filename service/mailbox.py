"""A one-slot mailbox: the newest frame of a stream wins, the one that waited is dropped."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """One encoded frame: its number in order of arrival, and when it arrived."""

    frame_id: int
    data: bytes
    arrived: float = field(default_factory=time.perf_counter)

    @property
    def age_s(self) -> float:
        """Seconds since the frame arrived."""
        return time.perf_counter() - self.arrived


class Mailbox:
    """Frames come in from the event loop and are taken out by a worker's thread."""

    def __init__(self) -> None:
        """Be empty."""
        self._lock = threading.Lock()
        self._slot: Parcel | None = None
        self._arrivals = 0
        self._changed = asyncio.Event()
        self._is_closed = False
        self.dropped = 0

    def put(self, data: bytes) -> Parcel | None:
        """Leave a frame and return the one that it displaces."""
        with self._lock:
            displaced, self._slot = self._slot, Parcel(self._arrivals, data)
            self._arrivals += 1
            self.dropped += displaced is not None
        self._changed.set()
        return displaced

    def take(self) -> Parcel | None:
        """Take out the newest frame; safe in any thread."""
        with self._lock:
            parcel, self._slot = self._slot, None
        return parcel

    async def wait(self) -> bool:
        """Wait until a frame can be taken; False once the mailbox is closed."""
        while self._slot is None and not self._is_closed:
            self._changed.clear()
            await self._changed.wait()
        return not self._is_closed

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._is_closed = True
        self._changed.set()
