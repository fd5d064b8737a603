"""Finds the links of the same frames by printlink and by reading whole pages, in one run.

    python -m bench.peers --frames DIR

Without `--frames` some are generated, in typefaces that no model was trained on. Whoever reads
whole pages gets a regular expression that is kind to it: a space ends a link, and so does closing
punctuation. RapidOCR reads after the others, in an environment that uv makes for it. A link counts
if it is right to the letter; one that the frame's edge cuts, or that nobody could read, is neither
asked for nor held against anyone.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.read import RAPID_PACKAGES, RAPID_TIMEOUT_S
from bench.stages import FULL_PAGE, FullPage
from bench.strips import is_whole, list_frames
from service.assembly import build_pipeline
from service.errors import StartupError
from service.metrics import Metrics
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.strips import TrueFrame

RAPID = "full-page RapidOCR"
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
        median = statistics.median(self.ms) if self.ms else float("nan")
        return f"{name:30}{recall:>8.3f}{precision:>11.3f}{median:>11.0f}"


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
        scores = {OURS: score(true, find_ours(true)), FULL_PAGE: score(true, read_pages(true))}
        if rapid := read_rapid(folder, Path(scratch) / "rapid.json"):
            scores[RAPID] = score(true, (rapid[frame.name] for frame in true))
    typer.echo(f"{len(true)} frames, {scores[OURS].asked} links\n")
    typer.echo(f"{'':30}{'recall':>8}{'precision':>11}{'median ms':>11}")
    for name, one in scores.items():
        typer.echo(one.render(name))


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


def find_ours(frames: Iterable[TrueFrame]) -> Iterator[tuple[set[str], float]]:
    """Yield the links that printlink gives, and the milliseconds of each frame."""
    pipeline = build_pipeline(load_settings(), Metrics()).pipeline
    for place, frame in enumerate(frames):
        if place == 0:
            pipeline.run(frame.frame, 0.0)
        started = time.perf_counter()
        links = pipeline.run(frame.frame, 0.0).links
        yield {link.url for link in links}, (time.perf_counter() - started) * 1000


def read_pages(frames: Iterable[TrueFrame]) -> Iterator[tuple[set[str], float]]:
    """Yield the links in all that Tesseract reads, and the milliseconds of each frame."""
    tesseract = FullPage(load_settings().recognize)
    for frame in frames:
        started = time.perf_counter()
        text = tesseract.read(frame.frame)
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
