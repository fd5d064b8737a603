"""What a stream gains over single frames, and how many streams the machine can take.

    python -m bench.stream --videos 3 --seconds 20 --streams 1 --streams 4

The first table follows simulated hand-held videos (`bench.handheld`), frame by frame: of the links
that have been readable for a second, how many are confirmed exactly, beside what single frames
give; and how much of the reading was saved. The second one sends the same frames to a server
process as so many streams, five frames a second each, and as one that sends thirty. It needs the
`training` extra, for the pages.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Annotated

import httpx
import typer
from websockets.asyncio.client import connect

from bench.handheld import Film, Shot, compose_pages, film_page
from service.assembly import build_pipeline
from service.engine import run_frame
from service.metrics import Metrics
from service.settings import Settings, load_settings
from service.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.engine import FramePipeline

START_S = 300.0
# Single frames are costly, and each is like the next: one of so many is looked at.
SINGLE_EVERY = 5
PRINTLINK = [sys.executable, "-c", "from service.cli import main; main()"]


@dataclass
class Tally:
    """Right, wrong and missed links over many frames."""

    right: int = 0
    wrong: int = 0
    expected: int = 0
    frames: int = 0
    reads: int = 0

    def add(self, given: Iterable[str], *, expected: Iterable[str], printed: Iterable[str]) -> None:
        """Count one frame; whatever is printed anywhere on the page is not wrong."""
        found, true = set(given), set(printed)
        self.expected += len(set(expected))
        self.right += len(found & set(expected))
        self.wrong += len(found - true)
        self.frames += 1

    def render(self, name: str) -> str:
        """Return a row of the table."""
        given = self.right + self.wrong
        recall = self.right / self.expected if self.expected else float("nan")
        precision = self.right / given if given else float("nan")
        reads = self.reads / self.frames if self.frames else float("nan")
        return f"{name:26}{recall:>10.3f}{precision:>11.3f}{reads:>14.2f}{self.frames:>9}"


@dataclass
class Load:
    """What one number of streams came to."""

    ages_ms: list[float] = field(default_factory=list)
    dropped: int = 0
    sent: int = 0


def main(
    videos: Annotated[int, typer.Option(min=1, help="Pages that are filmed.")] = 3,
    seconds: Annotated[float, typer.Option(min=2, help="Length of each video.")] = 20.0,
    fps: Annotated[float, typer.Option(min=1, max=30, help="Frames a second.")] = 5.0,
    streams: Annotated[list[int] | None, typer.Option(help="Numbers of streams to try.")] = None,
    seed: Annotated[int, typer.Option(help="Of pages and cameras.")] = 1,
) -> None:
    """Measure streams."""
    films = [
        film_page(page, seconds=seconds, fps=fps, seed=seed + number)
        for number, page in enumerate(compose_pages(videos, seed))
    ]
    typer.echo(measure_gain(films, fps=fps))
    if streams:
        typer.echo("\n" + asyncio.run(measure_load(films[0].shots, streams, seconds=seconds)))


def measure_gain(films: Sequence[Film], *, fps: float) -> str:
    """Follow each film, and look at some of its frames by themselves."""
    settings, metrics = load_settings(), Metrics()
    pipeline = build_pipeline(settings, metrics).pipeline
    single, tracked = Tally(), Tally()
    spent_ms: list[float] = []
    for film in films:
        follow_film(film, pipeline, settings, tally=tracked, fps=fps, ms=spent_ms)
        tracked.reads = count_reads(metrics) - single.reads
        for shot in film.shots[::SINGLE_EVERY]:
            _, result = run_frame(pipeline, shot.data, settings.decode)
            urls = {link.url for link in result.links}
            single.add(urls, expected=shot.urls, printed=film.urls)
        single.reads = count_reads(metrics) - tracked.reads
    share = (tracked.reads / tracked.frames) / max(1e-9, single.reads / single.frames)
    return "\n".join(
        [
            f"{'':26}{'recall':>10}{'precision':>11}{'reads/frame':>14}{'frames':>9}",
            single.render("single frames"),
            tracked.render("confirmed, after 1 s"),
            f"reads of a stream: {share:.1%} of frame by frame; "
            f"following the motion: {statistics.median(spent_ms):.1f} ms a frame",
        ]
    )


def follow_film(
    film: Film,
    pipeline: FramePipeline,
    settings: Settings,
    *,
    tally: Tally,
    fps: float,
    ms: list[float],
) -> None:
    """Watch a film, and count what is confirmed of the links readable for a second."""
    watcher = Watcher(settings.decode, settings.stream)
    latest: deque[frozenset[str]] = deque(maxlen=round(fps) + 1)
    for shot in film.shots:
        sight = watcher.look(pipeline, shot.data)
        ms.append(sight.follow_ms)
        latest.append(shot.urls)
        settled = frozenset.intersection(*latest) if len(latest) > fps else frozenset()
        confirmed = {one.link.url for one in sight.links if one.is_confirmed}
        # What is right but not yet, or no longer, readable counts neither way.
        tally.add(confirmed - (film.urls - settled), expected=settled, printed=film.urls)


def count_reads(metrics: Metrics) -> int:
    """Return the strips that went to any reader."""
    return sum(
        int(sample.value)
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "printlink_ocr_calls_total"
    )


async def measure_load(film: Sequence[Shot], counts: Sequence[int], *, seconds: float) -> str:
    """Send the film to a server as streams of five frames a second, then one of thirty."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*PRINTLINK, "serve", "--port", str(port)]
    rows = [f"{'streams':26}{'answers/s':>10}{'p50 ms':>10}{'p95 ms':>10}{'dropped':>10}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: ASYNC220
        try:
            await wait_until_ready(port)
            for count, fps in [*((count, 5.0) for count in counts), (1, 30.0)]:
                loads = [send_film(film, port, fps=fps, seconds=seconds) for _ in range(count)]
                done = await asyncio.gather(*loads)
                rows.append(render_load(f"{count} at {fps:g} fps", done, seconds=seconds))
        finally:
            server.terminate()
    return "\n".join(rows)


async def wait_until_ready(port: int) -> None:
    """Wait for the server's model."""
    end = time.monotonic() + START_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < end:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)
    sys.exit("bench: the server never became ready")


async def send_film(film: Sequence[Shot], port: int, *, fps: float, seconds: float) -> Load:
    """Send the film over and over for so many seconds, whatever becomes of it."""
    load = Load()
    async with connect(f"ws://127.0.0.1:{port}/v1/stream", compression=None) as stream:

        async def listen() -> None:
            async for text in stream:
                answer = json.loads(text)
                load.ages_ms.append(answer.get("age_ms", float("inf")))
                load.dropped = answer.get("dropped", load.dropped)

        listening = asyncio.create_task(listen())
        started = time.monotonic()
        for shot in cycle(film):
            if time.monotonic() - started >= seconds:
                break
            await stream.send(shot.data)
            load.sent += 1
            await asyncio.sleep(max(0.0, started + load.sent / fps - time.monotonic()))
        await asyncio.sleep(1.0)
        listening.cancel()
    return load


def render_load(name: str, loads: Sequence[Load], *, seconds: float) -> str:
    """Return a row of the table."""
    ages = sorted(age for load in loads for age in load.ages_ms) or [float("nan")]
    sent = sum(load.sent for load in loads)
    dropped = sum(load.dropped for load in loads) / sent if sent else 0.0
    p95 = ages[int(0.95 * (len(ages) - 1))]
    return (
        f"{name:26}{len(ages) / seconds:>10.1f}{statistics.median(ages):>10.0f}"
        f"{p95:>10.0f}{dropped:>10.0%}"
    )


if __name__ == "__main__":
    typer.run(main)
