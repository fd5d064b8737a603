"""The streams that are open: how many there may be, and how they are told to end."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.errors import NotReadyError, StreamLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.session import StreamSession


class Streams:
    """Every open stream of one service."""

    def __init__(self, most: int) -> None:
        """Have room for `most`."""
        self._most = most
        self._open: set[StreamSession] = set()
        self._greeting = 0
        self._is_stopping = False

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    @contextmanager
    def greet(self) -> Iterator[None]:
        """Bound those that have yet to show a key, so that they cannot keep out who has one.

        Raises a `CapacityError`.
        """
        self._check_room(self._greeting)
        self._greeting += 1
        try:
            yield
        finally:
            self._greeting -= 1

    @contextmanager
    def keep(self, session: StreamSession) -> Iterator[None]:
        """Count a stream as open; raises a `CapacityError`."""
        self._check_room(self.count)
        self._open.add(session)
        try:
            yield
        finally:
            self._open.discard(session)

    def stop(self) -> None:
        """Take no more streams, and end each after the answer that is under way."""
        self._is_stopping = True
        for session in self._open:
            session.stop()

    def _check_room(self, taken: int) -> None:
        if self._is_stopping:
            raise NotReadyError("the service is stopping")
        if taken >= self._most:
            raise StreamLimitError(f"{self._most} streams are open", retry_after_s=5)
