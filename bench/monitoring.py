"""Runs the service under the Prometheus that ships with it: queries have data, alarms ring.

    python -m bench.monitoring

It serves, scrapes, sends pictures and a stream, and then more than the service can take; it asks
every query of the dashboard, and stops the service at last. The alerts that are meant for that
have to fire, within seconds, as each of their minutes is made one second here. The exit status is 1
where a query finds nothing or an alert is silent. Debian's package of Prometheus is `prometheus`.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.clients import open_http, post_frame, send_stream
from bench.dashboards import FAULTS, Finding, ask_alerts, ask_queries
from bench.latency import Latencies
from bench.prometheus import PROGRAM, watch
from bench.serving import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from bench.serving import Server

FRAMES = Path(__file__).parent / "frames"
# So little that two callers are too many.
SMALL = {
    "PRINTLINK_RUNNER__WORKERS": "1",
    "PRINTLINK_RUNNER__MAX_QUEUED": "1",
    "PRINTLINK_STREAM__MAX_STREAMS": "1",
}
STREAM_S = 6.0
PATIENCE_S = 60.0
CALLERS = 6
PAUSE_S = 0.2
# A rate takes two looks at a counter, and the last answers have to be among what they see.
LOOKS_S = 3.0
TOO_MUCH = frozenset({"PrintlinkRefusingFrames", "PrintlinkRefusingStreams"})
STOPPED = frozenset({"PrintlinkGone", "PrintlinkInstanceDown"})
# What has nothing to show as long as nothing of ours breaks.
QUIET = frozenset({"Failed frames by version", "Versions refused"})


def main() -> None:
    """Serve under Prometheus, ask every query, and make the alarms ring."""
    if shutil.which(PROGRAM) is None:
        raise typer.BadParameter("prometheus is not installed on this machine")
    is_well = True
    for finding in watch_service():
        typer.echo(f"{finding.state:8}  {finding.title}  {finding.detail}".rstrip())
        is_well = is_well and not is_fault(finding)
    raise typer.Exit(not is_well)


def is_fault(finding: Finding) -> bool:
    """Tell whether a finding is one that should not be."""
    if finding.state == "idle":
        return finding.title not in QUIET
    return finding.state in FAULTS | {"silent"}


def watch_service() -> Iterator[Finding]:
    """Yield what each query says under load, and whether the alerts for the worst fire."""
    with serve(**SMALL) as server, watch(server.url.removeprefix("http://")) as prometheus:
        asyncio.run(send_traffic(server))
        time.sleep(LOOKS_S)
        yield from ask_alerts(prometheus)
        yield from asyncio.run(overload(server, prometheus))
        yield from ask_queries(prometheus)
        server.process.terminate()
        yield from asyncio.run(listen(prometheus, STOPPED))


async def send_traffic(server: Server) -> None:
    """Send pictures in turn, one that is none, and a stream beside them."""
    pictures = [path.read_bytes() for path in sorted(FRAMES.glob("*.jpg"))]
    stream = asyncio.create_task(send_stream(server.stream_url, pictures, fps=3, seconds=STREAM_S))
    async with open_http(server.url) as http:
        for picture in [*pictures, b"no picture", *pictures]:
            await post_frame(http, picture, Latencies())
    await stream


async def overload(server: Server, prometheus: httpx.Client) -> list[Finding]:
    """Ask for more than the service can take, until it is told or nobody can wait any longer."""
    page = (FRAMES / "page.jpg").read_bytes()
    async with open_http(server.url) as http, connect(server.stream_url):
        callers = [asyncio.create_task(_press(http, page)) for _ in range(CALLERS)]
        callers.append(asyncio.create_task(_knock(server)))
        findings = await listen(prometheus, TOO_MUCH)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    return findings


async def _press(http: httpx.AsyncClient, picture: bytes) -> None:
    while True:
        await post_frame(http, picture, Latencies())
        await asyncio.sleep(PAUSE_S)


async def _knock(server: Server) -> None:
    while True:
        with contextlib.suppress(ConnectionClosed):
            async with connect(server.stream_url) as refused:
                await refused.recv()
        await asyncio.sleep(PAUSE_S)


async def listen(prometheus: httpx.Client, expected: frozenset[str]) -> list[Finding]:
    """Wait until all of some alerts fire; those that do not are `silent`."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        findings = await asyncio.to_thread(lambda: list(ask_alerts(prometheus)))
        firing = [one for one in findings if one.title in expected and one.state == "firing"]
        if len(firing) == len(expected):
            return firing
        await asyncio.sleep(PAUSE_S)
    silent = expected - {one.title for one in firing}
    return [*firing, *(Finding("silent", title, "") for title in sorted(silent))]


if __name__ == "__main__":
    typer.run(main)
