"""Bulk work that is killed in the middle: is every page in the results, and exactly once?

    python -m bench.bulk --pages 2000 --kills 2

Small generated pages, some of them broken, go through `printlink-batch`. Each time a part of them
is done the whole job is killed, its workers with it, and started again. `--simulated` puts a
stand-in in the place of the models and changes nothing else. Needs the `scale` extra.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
import psutil
import typer
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = [sys.executable, "-c", "from scale.batch_cli import main; main()"]
SIMULATED = [sys.executable, "-m", "bench.bulk_job"]
BROKEN_EVERY = 50
SIZE_PX = (320, 200)
MOST_STARTS = 3


class Outcome(NamedTuple):
    """What stands in the results of a job."""

    lines: int
    missing: int
    twice: int
    failed: int
    links: int

    @property
    def is_exact(self) -> bool:
        return not self.missing and not self.twice


def main(
    pages: Annotated[int, typer.Option(min=1, help="Pages to make.")] = 2000,
    kills: Annotated[int, typer.Option(min=0, help="How often the job is killed.")] = 2,
    pages_per_shard: Annotated[int, typer.Option(min=1)] = 25,
    simulated: Annotated[bool, typer.Option(help="Do without the models.")] = False,
) -> None:
    """Make pages, kill the job over them, finish it, and print what is in the results."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "pages"), Path(folder, "links")
        write_pages(source, pages)
        command = [
            *(SIMULATED if simulated else BATCH),
            str(source),
            str(out),
            "--pages-per-shard",
            str(pages_per_shard),
        ]
        started = time.monotonic()
        for number in range(kills):
            done = kill_midway(command, out, at_lines=pages * (number + 1) // (kills + 1))
            seconds = time.monotonic() - started
            typer.echo(f"killed when {done} of {pages} pages were done, after {seconds:.0f} s")
        finish(command)
        seconds = time.monotonic() - started
        outcome = examine(out, list_names(pages))
    typer.echo(f"{outcome} after {seconds:.0f} s")
    raise typer.Exit(not outcome.is_exact)


def list_names(count: int) -> list[str]:
    """Return the names of the pages, in folders as scanners leave them."""
    return [f"book-{number // 500}/page-{number:06}.jpg" for number in range(count)]


def write_pages(folder: Path, count: int) -> None:
    """Write pages with a link each, no two alike; every so many there is a broken one."""
    for number, name in enumerate(list_names(count)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = draw_page(number)
        path.write_bytes(data[: len(data) // 2] if number % BROKEN_EVERY == 7 else data)


def draw_page(seed: int) -> bytes:
    """Return a small JPEG with one printed link."""
    chance = np.random.default_rng(seed)
    paper = int(chance.integers(225, 256))
    picture = Image.new("RGB", SIZE_PX, (paper, paper, paper))
    canvas, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    left, top = (int(place) for place in chance.integers(8, 40, 2))
    canvas.text((left, top), f"Page {seed} goes on at", fill=(20, 20, 20), font=font)
    canvas.text((left, top + 44), f"https://example.org/{seed}", fill=(20, 20, 20), font=font)
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=80)
    return encoded.getvalue()


def kill_midway(command: Sequence[str], out: Path, *, at_lines: int) -> int:
    """Start a job and kill it once so many lines are there; return how many there were.

    One that could not go on is started again.
    """
    for _ in range(MOST_STARTS):
        with subprocess.Popen(command, start_new_session=True) as job:
            while job.poll() is None:
                if (done := sum(1 for _ in read_lines(out))) >= at_lines:
                    kill_tree(job.pid)
                    return done
                time.sleep(1)
        typer.echo("ended before it could be killed, started again")
    sys.exit("bench: the job failed")


def kill_tree(pid: int) -> None:
    """Kill a process and all that it started, as a machine does that is switched off."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in processes:
        if process.is_running():
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(processes, timeout=30)


def finish(command: Sequence[str]) -> None:
    """Let a job run to its end; one that could not go on is started again."""
    for _ in range(MOST_STARTS):
        if not subprocess.run(command, check=False).returncode:
            return
        typer.echo("ended before all was done, started again")
    sys.exit("bench: the job failed")


def examine(out: Path, names: Sequence[str]) -> Outcome:
    """Hold the results against the pages that went in."""
    lines = list(read_lines(out))
    seen = Counter(line["page"] for line in lines)
    return Outcome(
        lines=len(lines),
        missing=len(set(names) - seen.keys()),
        twice=sum(count - 1 for count in seen.values()),
        failed=sum("error" in line for line in lines),
        links=sum(len(line.get("links", ())) for line in lines),
    )


def read_lines(out: Path) -> Iterator[dict[str, Any]]:
    """Yield every line of every shard that is there."""
    for shard in sorted(out.glob("part-*.jsonl")):
        for line in shard.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


if __name__ == "__main__":
    typer.run(main)
