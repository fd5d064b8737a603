"""Clients that load a server: requests one after the other or at a rate, and streams of frames."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.latency import Latencies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from websockets.asyncio.client import ClientConnection

JPEG = {"Content-Type": "image/jpeg"}
TIMEOUT_S = 60.0
# What the last frames sent may still take.
LAST_ANSWERS_S = 2.0


@dataclass
class StreamLoad:
    """One stream: when each answer came, in seconds from the start, and how old its frame was.

    `followed` counts the frames whose links were carried along.
    """

    ages: list[tuple[float, float]] = field(default_factory=list)
    sent: int = 0
    followed: int = 0
    dropped: int = 0
    problems: list[str] = field(default_factory=list)

    def latencies(self, since_s: float = 0.0, until_s: float = float("inf")) -> Latencies:
        """Return the answers of a while."""
        return Latencies([age for at, age in self.ages if since_s <= at < until_s])


def open_http(url: str) -> httpx.AsyncClient:
    """Return a client that holds no request back for want of a connection."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    return httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits)


async def post_frame(http: httpx.AsyncClient, frame: bytes, into: Latencies) -> dict[str, Any]:
    """Send one frame and note what becomes of it; gives the answer, empty if there is none."""
    started = time.perf_counter()
    try:
        response = await http.post("/v1/detect", content=frame, headers=JPEG)
    except httpx.TransportError as error:
        into.others[type(error).__name__] += 1
        return {}
    if not response.is_success:
        into.others[str(response.status_code)] += 1
        into.refused_ms.append((time.perf_counter() - started) * 1000)
        return {}
    into.ms.append((time.perf_counter() - started) * 1000)
    answer: dict[str, Any] = response.json()
    return answer


async def post_in_turn(
    http: httpx.AsyncClient, frames: Sequence[bytes], *, seconds: float
) -> Latencies:
    """Send one frame after the other, each as soon as the one before is answered."""
    done, end = Latencies(), time.monotonic() + seconds
    for frame in cycle(frames):
        if time.monotonic() >= end:
            break
        await post_frame(http, frame, done)
    return done


async def post_at_rate(
    http: httpx.AsyncClient, frames: Sequence[bytes], *, rate: float, seconds: float
) -> Latencies:
    """Send frames at a rate, whatever becomes of those before."""
    done, started = Latencies(), time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number, frame in enumerate(islice(cycle(frames), round(rate * seconds))):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            tasks.create_task(post_frame(http, frame, done))
    return done


async def send_stream(
    url: str, frames: Iterable[bytes], *, fps: float, seconds: float
) -> StreamLoad:
    """Send frames over and over at a rate, whatever becomes of them."""
    load = StreamLoad()
    try:
        async with connect(url, compression=None, max_size=None) as socket:
            started = time.monotonic()
            listening = asyncio.create_task(_listen(socket, load, started))
            for frame in islice(cycle(frames), round(fps * seconds)):
                await asyncio.sleep(max(0.0, started + load.sent / fps - time.monotonic()))
                await socket.send(frame)
                load.sent += 1
            await asyncio.sleep(LAST_ANSWERS_S)
            listening.cancel()
    except (ConnectionClosed, OSError, TimeoutError) as error:
        load.problems.append(type(error).__name__)
    return load


async def _listen(socket: ClientConnection, load: StreamLoad, started: float) -> None:
    async for text in socket:
        answer = json.loads(text)
        if answer["type"] == "result":
            load.ages.append((time.monotonic() - started, answer["age_ms"]))
            load.dropped = answer["dropped"]
            load.followed += answer["followed"]
        else:
            load.problems.append(answer["error"]["code"])
