"""Clients that send a frame again until it is answered, and what it took them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.clients import open_http, post_frame
from bench.latency import Latencies

if TYPE_CHECKING:
    import httpx

CALLERS = 16
MOST_TRIES = 5
PAUSE_S = 0.2
HEADER = f"{'':20}{'answers':>9}{'frames/s':>10}{'p50 ms':>8}{'p95 ms':>8}{'again':>7}{'lost':>6}"


@dataclass
class Calls:
    """What became of frames; `done` has the time of each from when it was sent first."""

    done: Latencies = field(default_factory=Latencies)
    again: int = 0
    lost: int = 0
    seconds: float = 0.0
    versions: Counter[int] = field(default_factory=Counter)
    last_version: int = 0

    @property
    def frames_per_s(self) -> float:
        return len(self.done.ms) / self.seconds

    def note(self, answer: dict[str, Any], *, ms: float) -> None:
        """Count an answer."""
        self.done.ms.append(ms)
        self.last_version = answer["model"]["version"]
        self.versions[self.last_version] += 1

    def render_versions(self) -> str:
        """Return which versions looked at how many frames, the newest last."""
        return ", ".join(f"{version} ({count})" for version, count in sorted(self.versions.items()))

    def render(self, title: str) -> str:
        """Return a row below `HEADER`, and why frames had to be sent again."""
        why = ", ".join(f"{count} {what}" for what, count in sorted(self.done.others.items()))
        return (
            f"{title:20}{len(self.done.ms):>9}{self.frames_per_s:>10.1f}{self.done.p50_ms:>8.0f}"
            f"{self.done.p95_ms:>8.0f}{self.again:>7}{self.lost:>6}{why and f'  {why}'}"
        )


async def send(url: str, frame: bytes, *, until: asyncio.Event, callers: int = CALLERS) -> Calls:
    """Let several callers send one frame after the other until it is over."""
    calls, started = Calls(), time.monotonic()

    async def call(http: httpx.AsyncClient) -> None:
        while not until.is_set():
            await send_until_answered(http, frame, calls)

    async with open_http(url) as http:
        await asyncio.gather(*(call(http) for _ in range(callers)))
    calls.seconds = time.monotonic() - started
    return calls


async def send_until_answered(http: httpx.AsyncClient, frame: bytes, calls: Calls) -> None:
    """Send a frame until it is answered, a few times at most."""
    started, tries = time.perf_counter(), Latencies()
    for number in range(MOST_TRIES):
        calls.again += number > 0
        if answer := await post_frame(http, frame, tries):
            calls.note(answer, ms=(time.perf_counter() - started) * 1000)
            break
        await asyncio.sleep(PAUSE_S)
    else:
        calls.lost += 1
    calls.done.others += tries.others
