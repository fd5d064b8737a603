"""The service in parts on a Ray cluster of this machine: what more readers bring, and losses.

    python -m bench.scale readers --simulated
    python -m bench.scale readers
    python -m bench.scale losses
    python -m bench.scale models

Simulated readers sleep as long as a reading takes, so that this machine's processors do not limit
what the cluster can do; without that the shipped models read, and they do. `models` looks with the
shipped detector and simulates the readers. A frame that is not answered is sent again, a few times;
the exit status is 1 if one is lost. Needs the `scale` extra.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from ray import serve

from bench.cluster import NAME, open_cluster
from bench.parts import bind_detectors, bind_real, bind_simulated, draw_blank
from bench.resending import CALLERS, HEADER, send
from bench.simulated import LINKS, READ_S
from bench.swaps import copy_detector
from model_store import ManifestFacts
from model_store.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.cluster import LocalCluster
    from bench.resending import Calls

PAGE = Path(__file__).parent / "frames" / "page.jpg"
app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def readers(
    simulated: Annotated[bool, typer.Option(help="Sleep in place of reading.")] = False,
    frame: Annotated[Path, typer.Option(help="Picture to send.")] = PAGE,
    replicas: Annotated[list[int] | None, typer.Option(help="Numbers of replicas.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For each number.")] = 20.0,
) -> None:
    """Tell how many frames a second are answered with more and more replicas of the readers."""
    data = draw_blank() if simulated else frame.read_bytes()
    bind = bind_simulated if simulated else bind_real
    every: list[Calls] = []
    with open_heard_cluster() as cluster:
        tell(HEADER)
        for count in replicas or [1, 2, 4]:
            cluster.deploy(bind(count))
            asyncio.run(send_for(cluster.url, data, seconds=seconds / 4))
            calls = asyncio.run(send_for(cluster.url, data, seconds=seconds))
            every.append(calls)
            ratio = calls.frames_per_s / every[0].frames_per_s
            tell(f"{calls.render(f'{count} readers')}  {ratio:.2f} times the first")
            if simulated:
                tell(f"{'':20}{'':9}{count / (LINKS * READ_S):>10.1f}  could be at most")
    judge(every)


@app.command()
def losses(
    seconds: Annotated[float, typer.Option(min=8, help="How long, for each loss.")] = 20.0,
) -> None:
    """Kill a replica of the readers, then a node, then change all parts, under load."""
    with open_heard_cluster() as cluster:
        cluster.deploy(bind_simulated(4))
        changes: dict[str, Callable[[], Any]] = {
            "nothing lost": lambda: None,
            "a replica killed": kill_reader,
            "a node lost": lambda: lose_node(cluster),
            "deployed anew": lambda: cluster.deploy(bind_simulated(4, version=2)),
        }
        tell(HEADER)
        every = []
        for title, change in changes.items():
            calls = asyncio.run(send_through(cluster.url, change, seconds=seconds))
            every.append(calls)
            tell(calls.render(title))
    judge(every)


@app.command()
def models(
    seconds: Annotated[float, typer.Option(min=8, help="How long, for each change.")] = 40.0,
) -> None:
    """Change the detector's version under load, then to one that misses the golden frame."""
    with tempfile.TemporaryDirectory() as root, open_heard_cluster() as cluster:
        publish_three(Path(root))
        cluster.deploy(bind_detectors(root, version=1))
        tell(HEADER)
        every = []
        for title, version in {"1 stays": 1, "2 in its place": 2, "3, which is bad": 3}.items():
            change = partial(try_version, cluster, root, version)
            calls = asyncio.run(send_through(cluster.url, change, seconds=seconds, callers=4))
            every.append(calls)
            tell(calls.render(title))
            tell(f"{'':20}answered by {calls.render_versions()}")
    judge(every)
    if every[-1].last_version != 2 or every[-1].versions.keys() != {2}:
        sys.exit("bench: a version answered that ought not to")


@contextlib.contextmanager
def open_heard_cluster() -> Iterator[LocalCluster]:
    """Open a cluster whose messages go to standard error, as Ray's own would not all do."""
    with contextlib.redirect_stdout(sys.stderr), open_cluster() as cluster:
        yield cluster


def tell(line: str) -> None:
    """Write a line to standard output, beside which Ray writes nothing."""
    typer.echo(line, file=sys.__stdout__)


def publish_three(root: Path) -> None:
    """Publish the shipped detector twice, and then with its labels mixed up."""
    store = copy_detector(root, versions=(1, 2))
    good = store.resolve("links", version=2).path
    known = read_manifest(good).model_dump(include=set(ManifestFacts.model_fields))
    labels = known["label_map"]
    known["label_map"] = dict(zip(labels, reversed(labels.values()), strict=True))
    store.publish(good, name="links", version=3, facts=ManifestFacts.model_validate(known))


def try_version(cluster: LocalCluster, root: str, version: int) -> None:
    """Deploy a version, which the cluster may refuse."""
    try:
        cluster.deploy(bind_detectors(root, version=version))
    except RuntimeError:
        tell(f"{'':20}the cluster refuses version {version}")


def kill_reader() -> None:
    """Kill the process of one replica of the simulated readers."""
    pid = serve.get_deployment_handle("readers", app_name=NAME).pid.remote().result()
    os.kill(pid, signal.SIGKILL)


def lose_node(cluster: LocalCluster) -> None:
    """End a node and say what was on it."""
    lost = cluster.lose_node()
    what = ", ".join(f"{count} of {name}" for name, count in sorted(lost.items()))
    tell(f"{'':20}{lost.total()} replicas die with a node: {what}")


async def send_through(
    url: str, change: Callable[[], object], *, seconds: float, callers: int = CALLERS
) -> Calls:
    """Keep sending a quarter of the time, through a change, and for the rest of it."""
    is_over = asyncio.Event()
    sending = asyncio.create_task(send(url, draw_blank(), until=is_over, callers=callers))
    try:
        await asyncio.sleep(seconds / 4)
        await asyncio.to_thread(change)
        await asyncio.sleep(3 * seconds / 4)
    finally:
        is_over.set()
    return await sending


async def send_for(url: str, frame: bytes, *, seconds: float) -> Calls:
    """Keep sending for a while."""
    is_over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, is_over.set)
    return await send(url, frame, until=is_over)


def judge(every: Sequence[Calls]) -> None:
    """Fail where a frame was lost."""
    if lost := sum(calls.lost for calls in every):
        sys.exit(f"bench: {lost} frames were lost")


if __name__ == "__main__":
    app()
