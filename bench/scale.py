"""The service in parts on a Ray cluster of this machine: what more readers bring, and losses.

    python -m bench.scale readers --simulated
    python -m bench.scale readers
    python -m bench.scale losses

Simulated readers sleep as long as a reading takes, so that this machine's processors do not limit
what the cluster can do; without that the shipped models read, and they do. Needs the `scale` extra.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import numpy as np
import typer
from PIL import Image
from ray import serve

from bench.cluster import NAME, open_cluster
from bench.latency import HEADER, Latencies
from scale.detector import DetectorReplica
from scale.readers import ReaderReplica
from scale.serving import bind_parts
from service.records import Box, Prefix, Symbol, TextLine
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray.serve import Application

    from service.records import Frame, Strip

READ_S = 0.1
LINKS = 4
CALLERS = 16
MOST_TRIES = 5
JPEG = {"Content-Type": "image/jpeg"}
TEXT = "https://example.org/"
app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


class SimulatedDetector:
    """Finds the same prefixes in every frame, at once."""

    def describe(self) -> tuple[str, int]:
        return "simulated", 1

    def detect(self, _: Frame) -> tuple[str, int, tuple[Prefix, ...]]:
        rows = (100 * (row + 1) for row in range(LINKS))
        prefixes = tuple(Prefix("https", 0.98, Box(40, top, 110, top + 24)) for top in rows)
        return "simulated", 1, prefixes


class SimulatedReader:
    """Takes its time for a strip, but no processor."""

    def describe(self) -> tuple[str, int]:
        return "simulated", 1

    def pid(self) -> int:
        return os.getpid()

    async def read(self, _: str, strip: Strip) -> TextLine:
        await asyncio.sleep(READ_S)
        step = strip.pixels.shape[1] / (len(TEXT) + 1)
        symbols = (Symbol(c, 0.99, i * step, (i + 1) * step) for i, c in enumerate(TEXT))
        return TextLine(TEXT, 0.99, tuple(symbols), parts_words=True)


@dataclass
class Calls:
    """What became of requests: each is sent again until it is answered, a few times at most."""

    done: Latencies = field(default_factory=Latencies)
    retries: int = 0
    lost: int = 0
    seconds: float = 0.0

    def render(self, title: str) -> str:
        """Return a row: latencies, frames a second, retries and what was lost."""
        rate = len(self.done.ms) / self.seconds
        row = self.done.render(title)
        return f"{row}  {rate:.1f} frames/s, {self.retries} retries, {self.lost} lost"


@app.command()
def readers(
    simulated: Annotated[bool, typer.Option(help="Sleep in place of reading.")] = False,
    frame: Annotated[Path, typer.Option(help="Picture to send.")] = Path("bench/frames/page.jpg"),
    replicas: Annotated[list[int] | None, typer.Option(help="Numbers of replicas.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For each number.")] = 20.0,
) -> None:
    """Tell how many frames a second are answered with more and more replicas of the readers."""
    data = draw_blank() if simulated else frame.read_bytes()
    bind = bind_simulated if simulated else bind_real
    typer.echo(HEADER)
    with open_cluster(nodes=1, cpus_per_node=8) as cluster:
        for count in replicas or [1, 2, 4]:
            cluster.deploy(bind(count))
            asyncio.run(send(cluster.url, data, seconds=seconds / 4))
            calls = asyncio.run(send(cluster.url, data, seconds=seconds))
            typer.echo(calls.render(f"{count} replicas"))


@app.command()
def losses(
    seconds: Annotated[float, typer.Option(min=8, help="How long, for each loss.")] = 20.0,
) -> None:
    """Kill a replica of the readers, then a node, then change the model, all under load."""
    typer.echo(HEADER)
    with open_cluster(nodes=1, cpus_per_node=8) as cluster:
        cluster.deploy(bind_simulated(4))
        losses: dict[str, Callable[[], None]] = {
            "nothing lost": lambda: None,
            "a replica killed": kill_reader,
            "a node lost": cluster.lose_node,
            "deployed anew": lambda: cluster.deploy(bind_simulated(4, version=2)),
        }
        for title, lose in losses.items():
            calls = asyncio.run(send_through(cluster.url, lose, seconds=seconds))
            typer.echo(calls.render(title))


def bind_simulated(count: int, *, version: int = 1) -> Application:
    """Return the application with simulated parts and so many readers, each one strip at a time."""
    settings = Settings.model_validate(
        {
            "recognize": {"engine": "ctc"},
            "runner": {"workers": CALLERS, "max_queued": CALLERS, "deadline_s": 60},
            "model": {"version": version},
        }
    )
    reader = serve.deployment(
        SimulatedReader, name="readers", num_replicas=count, max_ongoing_requests=1
    )
    detector = serve.deployment(SimulatedDetector, name="detector", num_replicas=2)
    return bind_parts(
        settings,
        detector=detector.bind(),
        readers=reader.bind(),
        num_replicas=2,
        max_ongoing_requests=2 * CALLERS,
    )


def bind_real(count: int) -> Application:
    """Return the application with the shipped models and so many readers of one thread each."""
    settings = Settings.model_validate(
        {
            "detect": {"threads": 1},
            "runner": {"workers": CALLERS, "max_queued": CALLERS, "deadline_s": 60},
        }
    )
    detector = serve.deployment(DetectorReplica, name="detector").bind(settings)
    reader = serve.deployment(
        ReaderReplica, name="readers", num_replicas=count, max_ongoing_requests=1
    )
    return bind_parts(
        settings, detector=detector, readers=reader.bind(settings), max_ongoing_requests=2 * CALLERS
    )


def draw_blank() -> bytes:
    """Return an empty page."""
    encoded = io.BytesIO()
    Image.fromarray(np.full((480, 640, 3), 240, np.uint8)).save(encoded, "JPEG")
    return encoded.getvalue()


def kill_reader() -> None:
    """Kill the process of one replica of the simulated readers."""
    pid = serve.get_deployment_handle("readers", app_name=NAME).pid.remote().result()
    os.kill(pid, signal.SIGKILL)


async def send_through(url: str, lose: Callable[[], None], *, seconds: float) -> Calls:
    """Keep sending, and let something be lost when a quarter of the time is over."""
    sending = asyncio.create_task(send(url, draw_blank(), seconds=seconds))
    await asyncio.sleep(seconds / 4)
    await asyncio.to_thread(lose)
    return await sending


async def send(url: str, frame: bytes, *, seconds: float) -> Calls:
    """Let several callers send one frame after the other."""
    calls, started = Calls(), time.monotonic()

    async def call(http: httpx.AsyncClient) -> None:
        while time.monotonic() < started + seconds:
            await post(http, frame, calls)

    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        await asyncio.gather(*(call(http) for _ in range(CALLERS)))
    calls.seconds = time.monotonic() - started
    return calls


async def post(http: httpx.AsyncClient, frame: bytes, into: Calls) -> None:
    """Send a frame until it is answered, a few times at most."""
    started = time.perf_counter()
    for number in range(MOST_TRIES):
        into.retries += number > 0
        try:
            response = await http.post("/v1/detect", content=frame, headers=JPEG)
        except httpx.TransportError as error:
            into.done.others[type(error).__name__] += 1
            continue
        if response.is_success:
            into.done.ms.append((time.perf_counter() - started) * 1000)
            return
        into.done.others[str(response.status_code)] += 1
        await asyncio.sleep(0.2)
    into.lost += 1


if __name__ == "__main__":
    app()
