"""Keeps a real server busy for a long time and tells what stays: files, threads, memory.

    python -m bench.leaks --requests 10000

Each round sends a tenth of the requests, some of them broken, and opens streams that break off.
The first rounds fill caches and pools; what counts is whether it grows from then on.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.clients import open_http, post_frame
from bench.latency import Latencies
from bench.load import read_pictures
from bench.serving import serve
from service.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

ROUNDS = 10
CALLERS = 4
STREAMS_A_ROUND = 20
# A connection that is closed is still the server's for a moment.
SETTLE_S = 1.0
BROKEN = (b"", b"\xff\xd8\xff\xe0", b"no picture")
HEADER = f"{'requests':>10}{'files':>8}{'threads':>9}{'MB':>8}  outcomes"


def main(
    requests: Annotated[int, typer.Option(min=ROUNDS, help="Requests in all.")] = 10_000,
    frames: Annotated[Path, typer.Option(help="Folder of pictures.")] = Path("bench/frames"),
) -> None:
    """Send many requests and print what the server takes up after each tenth of them."""
    pictures = [*read_pictures(frames), *BROKEN]
    with serve() as server:
        typer.echo(HEADER)
        for number in range(1, ROUNDS + 1):
            done = asyncio.run(run_round(server.url, pictures, requests=requests // ROUNDS))
            files, threads, resident_mb = server.footprint()
            row = f"{number * requests // ROUNDS:>10}{files:>8}{threads:>9}{resident_mb:>8.0f}"
            typer.echo(f"{row}  {len(done.ms)} answered, {dict(done.others)}")


async def run_round(url: str, frames: Sequence[bytes], *, requests: int) -> Latencies:
    """Send so many requests, and streams that break off, and wait until all is closed."""
    done, left = Latencies(), islice(cycle(frames), requests)

    async def call(http: httpx.AsyncClient) -> None:
        for frame in left:
            await post_frame(http, frame, done)

    async with open_http(url) as http:
        await asyncio.gather(*(call(http) for _ in range(CALLERS)))
    streams = (break_off(url, frames[0]) for _ in range(STREAMS_A_ROUND))
    await asyncio.gather(*streams)
    await asyncio.sleep(SETTLE_S)
    return done


async def break_off(url: str, frame: bytes) -> None:
    """Open a stream, send a frame and cut the cable."""
    with suppress(ConnectionClosed, OSError, TimeoutError):
        async with connect(f"ws{url.removeprefix('http')}/v1/stream", compression=None) as stream:
            await stream.send(frame)
            stream.transport.abort()


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
