"""Turns: of all threads that read, one at a time does the many small steps in between.

The interpreter runs one thread at a time anyhow. Where two want it, each of a thousand small calls
of a library hands it to the other one and asks for it back, which costs the processors more than
what runs side by side saves. So a thread keeps its turn, and lends it to others while it waits for
what takes a library milliseconds.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.ctc import Steps, StripNetwork
    from service.recognize import Recognizer
    from service.records import Pixels, Strip, TextLine


class Turns:
    """Whose turn it is, of the threads that share this."""

    def __init__(self) -> None:
        """Let it be nobody's turn."""
        self._turn = threading.Lock()
        self._thread = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait until it is this thread's turn, and keep it; not to be nested."""
        with self._turn:
            self._thread.has_turn = True
            try:
                yield
            finally:
                self._thread.has_turn = False

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let others have this thread's turn meanwhile, if it is its turn."""
        if not getattr(self._thread, "has_turn", False):
            yield
            return
        self._thread.has_turn = False
        self._turn.release()
        try:
            yield
        finally:
            self._turn.acquire()
            self._thread.has_turn = True


class LendingNetwork:
    """A network that spells strips and lends its thread's turn meanwhile."""

    def __init__(self, inner: StripNetwork, turns: Turns) -> None:
        """Stand in front of `inner`."""
        self._inner = inner
        self._turns = turns

    def spell(self, pixels: Pixels) -> Steps:
        """Return what `inner` spells; raises as it does."""
        with self._turns.lent():
            return self._inner.spell(pixels)


class LendingRecognizer:
    """A recognizer that lends its thread's turn while it reads."""

    def __init__(self, inner: Recognizer, turns: Turns) -> None:
        """Stand in front of `inner`."""
        self._inner = inner
        self._turns = turns

    def read(self, strip: Strip) -> TextLine:
        """Return what `inner` reads; raises as it does."""
        with self._turns.lent():
            return self._inner.read(strip)
