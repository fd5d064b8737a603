"""Swap the detector on a running server under load: what fails, how long it takes, what stays.

    python -m bench.swaps --swaps 20

It copies the shipped detector into a store of its own as versions 1 and 2, and serves it in a
process of its own. It finds out how many frames a second the clients get when they ask without a
pause; while they ask for 80 % of that, the label `stable` goes back and forth between the two, so
that each swap loads a model, warms it up and drops the other one.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from bench.serving import serve
from model_store import ManifestFacts, ModelStore, default_root
from model_store.manifest import read_manifest
from model_store.rollout import label_stable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bench.serving import Server

PAGE = Path(__file__).parent / "frames" / "page.jpg"
PATIENCE_S = 300.0
LOAD_RATIO = 0.8
CAPACITY_S = 10.0
# The server closes connections that nobody uses for five seconds, which is no failed request.
LONGEST_PAUSE_S = 1.0


@dataclass
class Load:
    """Clients that ask one frame after the other; `answers` has (time, seconds, version).

    Together they ask for `rate` frames a second, or without a pause where there is none. Who got
    an answer late asks for the next one at once, and makes up for none that was missed.
    """

    url: str
    clients: int = 2
    rate: float | None = None
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def keep_up(self) -> Iterator[None]:
        """Ask as long as the `with` block lasts."""
        is_over = threading.Event()
        threads = [threading.Thread(target=self._ask, args=[is_over]) for _ in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            is_over.set()
            for thread in threads:
                thread.join()

    def _ask(self, is_over: threading.Event) -> None:
        frame = PAGE.read_bytes()
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while not is_over.is_set():
                started = time.perf_counter()
                self._note(client, frame, started)
                is_over.wait(self._pause_s(time.perf_counter() - started))

    def _pause_s(self, spent_s: float) -> float:
        if self.rate is None:
            return 0.0
        return min(LONGEST_PAUSE_S, max(0.0, self.clients / self.rate - spent_s))

    def _note(self, client: httpx.Client, frame: bytes, started: float) -> None:
        try:
            response = client.post(
                "/v1/detect", content=frame, headers={"Content-Type": "image/jpeg"}
            )
            version = response.raise_for_status().json()["model"]["version"]
            self.answers.append((time.monotonic(), time.perf_counter() - started, version))
        except httpx.HTTPError as error:
            self.failures.append(str(error) or type(error).__name__)


def measure_capacity(url: str, clients: int) -> float:
    """Return the frames a second that the clients get without a pause."""
    load = Load(url, clients)
    started = time.monotonic()
    with load.keep_up():
        time.sleep(CAPACITY_S)
    return len(load.answers) / (time.monotonic() - started)


@dataclass
class Swap:
    """One change of the version: how long until frames met the new one, and what it costs."""

    version: int
    seconds: float
    resident_mb: float


def copy_detector(root: Path, *, versions: Iterable[int]) -> ModelStore:
    """Publish the shipped detector as these versions into a store of its own."""
    shipped = ModelStore(default_root()).resolve("links")
    known = read_manifest(shipped.path).model_dump(include=set(ManifestFacts.model_fields))
    store = ModelStore(root)
    facts = ManifestFacts.model_validate(known)
    for version in versions:
        store.publish(shipped.path, name="links", version=version, facts=facts)
    return store


@contextlib.contextmanager
def serve_store(store: ModelStore, **environment: str) -> Iterator[Server]:
    """Serve the store in a process of its own, which looks at it five times a second."""
    settings = {
        "PRINTLINK_MODEL__STORE_DIR": str(store.root),
        "PRINTLINK_MODEL__WATCH_S": "0.2",
        "PRINTLINK_RUNNER__DEADLINE_S": "60",
    }
    with serve(**settings, **environment) as server:
        yield server


def wait_until(
    condition: Callable[[], bool], complaint: str, *, timeout_s: float = PATIENCE_S
) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(0.05)


def served_version(url: str) -> int:
    return int(httpx.get(f"{url}/v1/models", timeout=60).json()["served"]["version"])


def swap_once(store: ModelStore, server: Server, version: int, *, settle_s: float) -> Swap:
    """Label a version, wait until it serves and until the old one is dropped."""
    started = time.monotonic()
    label_stable(store, "links", version)
    wait_until(lambda: served_version(server.url) == version, f"version {version} never served")
    seconds = time.monotonic() - started
    time.sleep(settle_s)
    return Swap(version, seconds, server.footprint().resident_mb)


def main(
    swaps: Annotated[int, typer.Option(min=1)] = 20,
    clients: Annotated[int, typer.Option(min=1, help="One for each worker.")] = 2,
    settle_s: Annotated[float, typer.Option(min=0, help="Seconds between swaps.")] = 3.0,
) -> None:
    """Print one line for each swap, and what the clients saw."""
    with tempfile.TemporaryDirectory() as folder:
        store = copy_detector(Path(folder), versions=(1, 2))
        with serve_store(store) as server:
            capacity = measure_capacity(server.url, clients)
            load = Load(server.url, clients, LOAD_RATIO * capacity)
            print(f"capacity {capacity:.1f} frames a second, asked for {load.rate:.1f}")
            started = time.monotonic()
            with load.keep_up():
                time.sleep(settle_s)
                print(f"before   {server.footprint().resident_mb:.0f} MB")
                for number, version in enumerate(islice(cycle((1, 2)), swaps), start=1):
                    swap = swap_once(store, server, version, settle_s=settle_s)
                    print(
                        f"{number:3} to {version}  {swap.seconds:5.1f} s  {swap.resident_mb:.0f} MB"
                    )
            report(load, time.monotonic() - started)


def report(load: Load, spent_s: float) -> None:
    """Print what the clients saw."""
    seconds = sorted(seconds for _, seconds, _ in load.answers)
    p95 = seconds[int(0.95 * len(seconds))]
    print(
        f"{len(seconds)} answers, {len(seconds) / spent_s:.1f} a second; "
        f"failed = {len(load.failures)} {load.failures[:3] or ''}; "
        f"median {1000 * statistics.median(seconds):.0f} ms, p95 {1000 * p95:.0f} ms, "
        f"longest {1000 * seconds[-1]:.0f} ms"
    )


if __name__ == "__main__":
    typer.run(main)
