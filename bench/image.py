"""Builds the image without Docker, by the steps of the Dockerfile, and serves from it.

    sudo .venv/bin/python -m bench.image

Every stage becomes a folder with Debian of the release that its image is named after (mmdebstrap),
in which the instructions are carried out one after the other (chroot). Two things differ: Python
is Debian's, of the same minor version, and uv comes from PyPI, of the version that is named there.
The service then runs as compose lets it: as its own user without any right, with nothing but /tmp
to write to, and, more than compose asks, without a network. It has to become healthy and ready,
find the links of a page, and end when it is told to. The exit status is 1 if any of that fails.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
import yaml

from bench.container import Container
from bench.dockerfile import DOCKERFILE, read_command, read_stages
from bench.image_builder import Builder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psutil

COMPOSE = DOCKERFILE.parent / "docker-compose.yml"
PAGE = Path(__file__).parent / "frames" / "page.jpg"
TOOLS = ("mmdebstrap", "unshare", "nsenter", "setpriv", "ip", "uv")
START_S = 180.0
# What the trainer and the tests want, and the service does not.
FOREIGN = ("matplotlib", "pycocotools", "tensorboard", "playwright", "pytest")
_READY = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz')"
_ASK = """
import sys, urllib.request as r
jpeg = {"Content-Type": "image/jpeg"}
frame = r.Request("http://127.0.0.1:8000/v1/detect", sys.stdin.buffer.read(), jpeg)
print(r.urlopen(frame).read().decode())
"""


class Check(NamedTuple):
    """One thing that has to hold of the image."""

    holds: bool
    what: str


def main(
    scratch: Annotated[Path | None, typer.Option(help="Folder to build in, and to keep.")] = None,
) -> None:
    """Build the image in folders, serve from it and say its size."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise typer.BadParameter(f"missing on this machine: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as temporary:
        checks = list(check_image(scratch or Path(temporary)))
    raise typer.Exit(not all(check.holds for check in checks))


def check_image(scratch: Path) -> Iterator[Check]:
    """Build the image and yield what was found of it, which is printed too."""
    stages = read_stages(DOCKERFILE.read_text(encoding="utf-8"))
    builder = Builder(scratch)
    root = builder.build(stages)
    size_mb = root.measure_mb()
    typer.echo(f"size  {size_mb:.0f} MB, of which {builder.base_mb:.0f} MB are Debian and Python")
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["printlink"]
    container = Container(root, stages[-1], root.env | compose["environment"])
    with container.serve() as process:
        for check in check_service(container, process):
            typer.echo(f"{'ok' if check.holds else 'FAIL':6}{check.what}")
            yield check


def check_service(container: Container, process: psutil.Process) -> Iterator[Check]:
    """Yield what holds of the service in the image, from its start to its end."""

    def execute(*command: str, given: bytes = b"") -> tuple[bool, str]:
        ran = container.execute(process, command=command, given=given)
        return ran.returncode == 0, ran.stdout.decode()

    started = time.monotonic()
    while not (is_ready := execute("python", "-c", _READY)[0]) and process.is_running():
        if time.monotonic() - started > START_S:
            break
        time.sleep(0.5)
    yield Check(is_ready, f"ready after {time.monotonic() - started:.1f} s")
    health = read_command(container.stage.find("HEALTHCHECK").rest)
    yield Check(execute(*health)[0], "healthy by its own check")
    answered, answer = execute("python", "-c", _ASK, given=PAGE.read_bytes())
    links = [link["url"] for link in json.loads(answer)["links"]] if answered else []
    yield Check("https://keras.io/guides/" in links, f"{len(links)} links on a page")
    megabytes = process.memory_info().rss / 2**20
    yield Check(process.uids().real == 10001, f"its own user, {megabytes:.0f} MB of memory")
    yield Check(not execute("touch", "/app/.venv/file")[0], "writes nothing beside /tmp")
    found = f"import importlib.util as u; print(*filter(u.find_spec, {FOREIGN}))"
    yield Check(execute("python", "-c", found) == (True, "\n"), "nothing of the trainer's in it")
    process.terminate()
    yield Check(process.wait(timeout=30) == 0, "ends when it is told to")


if __name__ == "__main__":
    typer.run(main)
