"""Finds the links of the same frames by printlink and by reading whole pages, in one run.

    python -m bench.peers --frames DIR

printlink is asked over HTTP, as one client that sends one frame after the other, once before it is
timed. Without `--frames` some are generated, in typefaces that no model was trained on. Tesseract
reads whole pages in two ways: as most people call it, a program that is started for each page
(pytesseract, held to one thread, as its threads strangle each other), and kept open in this process
(tesserocr). Whoever reads whole pages gets a regular expression that is kind to it: a space ends a
link, and so does closing punctuation. RapidOCR reads after the others, in an environment that uv
makes for it. A link counts if it is right to the letter; one that the frame's edge cuts, or that
nobody could read, is neither asked for nor held against anyone.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import pytesseract
import typer

from bench.clients import JPEG, TIMEOUT_S
from bench.latency import percentile
from bench.read import RAPID_PACKAGES, RAPID_TIMEOUT_S
from bench.serving import serve
from bench.stages import FullPage
from bench.strips import is_whole, list_frames
from service.errors import StartupError
from service.ink import grey_of
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bench.strips import TrueFrame
    from service.records import Frame

PROGRAM = "Tesseract, a program a page"
KEPT_OPEN = "Tesseract, kept open"
RAPID = "RapidOCR"
OURS = "printlink"
SEED = 78
_LINK = re.compile(r"(?:https?://|ftp://|tcp://|www\.)[^\s<>\"]+", re.IGNORECASE)
_CLOSING = ".,;:!?)]}'’”»"


@dataclass
class Score:
    """What one contender gave on all frames."""

    asked: int = 0
    found: int = 0
    given: int = 0
    right: int = 0
    ms: list[float] = field(default_factory=list)

    def note(self, frame: TrueFrame, urls: Iterable[str], ms: float) -> None:
        """Add what it gave for a frame."""
        given = set(urls)
        asked = {to_url(one["url"]) for one in frame.annotations if is_whole(one, frame.frame)}
        spared = {to_url(one["url"]) for one in frame.annotations} - asked
        self.asked += len(asked)
        self.found += len(asked & given)
        self.given += len(given - spared)
        self.right += len(given & asked)
        self.ms.append(ms)

    def render(self, name: str) -> str:
        """Return its line of the table."""
        recall = self.found / self.asked if self.asked else float("nan")
        precision = self.right / self.given if self.given else float("nan")
        p95 = percentile(self.ms, 0.95)
        median = statistics.median(self.ms) if self.ms else float("nan")
        return f"{name:30}{recall:>8.3f}{precision:>11.3f}{median:>11.0f}{p95:>9.0f}"

    def compare(self, ours: Score, name: str) -> str:
        """Return how many times as long as ours it takes on the same frames."""
        times = [one / other for one, other in zip(self.ms, ours.ms, strict=True)]
        return (
            f"{name} takes {statistics.median(times):.1f} times as long as printlink over HTTP "
            f"(median of the frames; {sum(self.ms) / sum(ours.ms):.1f} over all of them)"
        )


def main(
    frames: Annotated[
        Path | None, typer.Option(help="Folder in COCO form; empty generates some frames.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Frames to generate.")] = 40,
) -> None:
    """Find the links of frames in every way, and print how they compare."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = frames or generate_frames(Path(scratch) / "frames", count)
        true = list(list_frames(folder))
        scores = {
            OURS: score(true, find_ours(true, folder)),
            PROGRAM: score(true, read_pages(true, start_tesseract())),
            KEPT_OPEN: score(true, read_pages(true, FullPage(load_settings().recognize).read)),
        }
        if rapid := read_rapid(folder, Path(scratch) / "rapid.json"):
            scores[RAPID] = score(true, (rapid[frame.name] for frame in true))
    typer.echo(f"{len(true)} frames, {scores[OURS].asked} links\n")
    typer.echo(f"{'':30}{'recall':>8}{'precision':>11}{'p50 ms':>11}{'p95 ms':>9}")
    for name, one in scores.items():
        typer.echo(one.render(name))
    typer.echo("")
    for name, one in scores.items():
        if name != OURS:
            typer.echo(one.compare(scores[OURS], name))


def generate_frames(folder: Path, count: int) -> Path:
    """Photograph pages in the typefaces that are kept for measuring."""
    from training.synth.render import RenderJob, render_frames  # noqa: PLC0415

    render_frames(RenderJob(folder, count, SEED, split="test", workers=2, link_rate=0.02))
    return folder


def score(frames: Iterable[TrueFrame], found: Iterable[tuple[set[str], float]]) -> Score:
    """Hold what was found, frame by frame, against the truth."""
    whole = Score()
    for frame, (urls, ms) in zip(frames, found, strict=True):
        whole.note(frame, urls, ms)
    return whole


def find_ours(frames: Iterable[TrueFrame], folder: Path) -> Iterator[tuple[set[str], float]]:
    """Yield the links that a server of printlink gives, and the milliseconds of each answer."""
    pictures = [(folder / "images" / frame.name).read_bytes() for frame in frames]
    with serve() as server, httpx.Client(base_url=server.url, timeout=TIMEOUT_S) as http:
        for picture in pictures:
            post_picture(http, picture)
        for picture in pictures:
            yield post_picture(http, picture)


def post_picture(http: httpx.Client, picture: bytes) -> tuple[set[str], float]:
    """Return the links in a picture, and the milliseconds until they were known."""
    started = time.perf_counter()
    response = http.post("/v1/detect", content=picture, headers=JPEG).raise_for_status()
    ms = (time.perf_counter() - started) * 1000
    return {link["url"] for link in response.json()["links"]}, ms


def start_tesseract() -> Callable[[Frame], str]:
    """Return what reads a page with the program and the language model that the system has."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    language = load_settings().recognize.language

    def read(frame: Frame) -> str:
        pixels = grey_of(frame.pixels)
        return str(pytesseract.image_to_string(pixels, lang=language, config="--psm 3"))

    return read


def read_pages(
    frames: Iterable[TrueFrame], read: Callable[[Frame], str]
) -> Iterator[tuple[set[str], float]]:
    """Yield the links in all that is read, and the milliseconds of each frame."""
    for frame in frames:
        started = time.perf_counter()
        text = read(frame.frame)
        yield pick_links(text), (time.perf_counter() - started) * 1000


def read_rapid(folder: Path, out: Path) -> dict[str, tuple[set[str], float]]:
    """Let RapidOCR read the frames; it is left out, with the reason, where it cannot be had."""
    packages = [part for name in RAPID_PACKAGES for part in ("--with", name)]
    script = Path(__file__).with_name("rapid_pages.py")
    words = [str(script), str(folder / "images"), str(out)]
    command = ["uv", "run", "--no-project", *packages, "python", *words]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=RAPID_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        typer.echo(f"bench: without RapidOCR: {error}", err=True)
        return {}
    rows = json.loads(out.read_text(encoding="utf-8"))
    return {name: (pick_links(text), ms) for name, (text, ms) in rows.items()}


def pick_links(text: str) -> set[str]:
    """Return what looks like a link in a page's text."""
    return {to_url(match.rstrip(_CLOSING)) for match in _LINK.findall(text)}


def to_url(printed: str) -> str:
    """Return what a browser would open: a link without a scheme gets one."""
    return f"https://{printed}" if printed[:4].lower() == "www." else printed


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
