"""Runs the service under the Prometheus that ships with it: queries have data, alarms ring.

    python -m bench.monitoring

It serves, scrapes, sends pictures and a stream, and then more than the service can take; it asks
every query of the dashboard, and stops the service at last. The alerts that are meant for that
have to fire, within seconds, as each of their minutes is made one second here; the others have to
fire in their rule tests, which it has promtool run. A table says of each alert and each query what
shows that it works. The exit status is 1 where nothing does. Debian's package of Prometheus, with
promtool, is `prometheus`.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.clients import open_http, post_frame, send_stream
from bench.dashboards import FAULTS, Finding, ask_alerts, ask_queries
from bench.latency import Latencies
from bench.prometheus import PROGRAM, watch
from bench.rule_tests import list_proven
from bench.serving import serve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

    import httpx
    from websockets.asyncio.client import ClientConnection

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
FRAME_S = 0.1
# A rate takes two looks at a counter, and the last answers have to be among what they see.
LOOKS_S = 3.0
ALERTS = "Printlink"
TOO_MUCH = frozenset({"PrintlinkRefusingFrames", "PrintlinkRefusingStreams"})
STOPPED = frozenset({"PrintlinkGone", "PrintlinkInstanceDown"})
# What has nothing to show as long as nothing of ours breaks, and what would have to.
QUIET = {
    "Failed frames by version": "no version of the detector failed on a frame",
    "Versions refused": "the store holds no version that is no good",
}


def main() -> None:
    """Serve under Prometheus, ask every query, and make the alarms ring."""
    if shutil.which(PROGRAM) is None:
        raise typer.BadParameter("prometheus is not installed on this machine")
    findings = list(watch_service())
    rows = [*judge_alerts(findings, list_proven()), *judge_queries(findings)]
    for row in rows:
        typer.echo(f"{row.title:44}{row.state:14}  {row.detail}".rstrip())
    typer.echo(f"\n{sum(map(is_fault, rows))} faults")
    raise typer.Exit(any(map(is_fault, rows)))


def judge_alerts(findings: Iterable[Finding], proven: Set[str]) -> Iterator[Finding]:
    """Yield what shows of each alert that it works; those of nothing are `silent`."""
    by_alert: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.title.startswith(ALERTS):
            by_alert.setdefault(finding.title, []).append(finding)
    for title, said in by_alert.items():
        states = {finding.state for finding in said}
        fault = next((one for one in said if one.state in FAULTS | {"silent"}), None)
        if fault:
            yield fault
        elif "firing" in states:
            yield Finding("fired live", title, "")
        elif title in proven:
            yield Finding("by rule test", title, "idle here, as nothing gave it cause")
        else:
            yield Finding("silent", title, "neither here nor in a rule test")


def judge_queries(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what each query of the dashboard said and, where that is nothing, why."""
    for finding in findings:
        if not finding.title.startswith(ALERTS):
            detail = QUIET.get(finding.title, "") if finding.state == "idle" else finding.detail
            yield finding._replace(detail=detail)


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
    pictures = list_pictures()
    stream = asyncio.create_task(send_stream(server.stream_url, pictures, fps=3, seconds=STREAM_S))
    async with open_http(server.url) as http:
        for picture in [*pictures, b"no picture", *pictures]:
            await post_frame(http, picture, Latencies())
    await stream


def list_pictures() -> list[bytes]:
    """Return the sample frames."""
    return [path.read_bytes() for path in sorted(FRAMES.glob("*.jpg"))]


async def overload(server: Server, prometheus: httpx.Client) -> list[Finding]:
    """Ask for more than the service can take, until it is told or nobody can wait any longer.

    One stream is served meanwhile, and has too many frames: what the dashboard says of streams
    looks back no further than this may take.
    """
    pictures = list_pictures()
    async with open_http(server.url) as http, connect(server.stream_url) as stream:
        callers = [asyncio.create_task(_press(http, pictures[0])) for _ in range(CALLERS)]
        callers += [
            asyncio.create_task(_show(stream, pictures)),
            asyncio.create_task(_listen(stream)),
            asyncio.create_task(_knock(server)),
        ]
        findings = await listen(prometheus, TOO_MUCH)
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    return findings


async def _press(http: httpx.AsyncClient, picture: bytes) -> None:
    while True:
        await post_frame(http, picture, Latencies())
        await asyncio.sleep(PAUSE_S)


async def _show(stream: ClientConnection, pictures: list[bytes]) -> None:
    for picture in cycle(pictures):
        await stream.send(picture)
        await asyncio.sleep(FRAME_S)


async def _listen(stream: ClientConnection) -> None:
    async for _ in stream:
        pass


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
