"""Parts of the service in parts that take their time, but no processor."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from service.records import Box, Prefix, Symbol, TextLine

if TYPE_CHECKING:
    from service.records import Frame, Strip

# Several times what reading takes, so that this machine has little else to do meanwhile.
READ_S = 0.25
LINKS = 4
TEXT = "https://example.org/"


class SimulatedDetector:
    """Finds the same prefixes in every frame, at once."""

    def __init__(self, version: int) -> None:
        self._version = version

    def describe(self) -> tuple[str, int, bool]:
        return "simulated", self._version, False

    def detect(self, _: Frame) -> tuple[str, int, bool, tuple[Prefix, ...]]:
        rows = (100 * (row + 1) for row in range(LINKS))
        prefixes = tuple(Prefix("https", 0.98, Box(40, top, 110, top + 24)) for top in rows)
        return *self.describe(), prefixes


class SimulatedReader:
    """Sleeps as long as a strip takes, one strip after the other."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._turn = asyncio.Lock()

    def describe(self) -> tuple[str, int]:
        return "simulated", self._version

    def pid(self) -> int:
        return os.getpid()

    async def read(self, _: str, strip: Strip) -> TextLine:
        async with self._turn:
            await asyncio.sleep(READ_S)
        step = strip.pixels.shape[1] / (len(TEXT) + 1)
        symbols = (Symbol(c, 0.99, i * step, (i + 1) * step) for i, c in enumerate(TEXT))
        return TextLine(TEXT, 0.99, tuple(symbols), parts_words=True)
