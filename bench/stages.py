"""Times every stage of printlink beside full-page Tesseract, in one run on the same frames.

    python -m bench.stages --frames DIR --repeats 3

In each round all frames go through printlink and then all of them through Tesseract: each has the
caches to itself, as in a service, and both meet the machine in the same mood. The first frame is
run once before, untimed. Read the ratio, not the milliseconds.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tesserocr
import typer

from service.assembly import build_pipeline
from service.engine import run_frame
from service.errors import StartupError
from service.ink import grey_of
from service.metrics import Metrics
from service.settings import load_settings
from service.tesseract import find_tessdata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.pipeline import FramePipeline
    from service.records import Frame
    from service.settings import DecodeSettings, RecognizeSettings

STAGES = ("decode", "detect", "expand", "recognize", "total")
FULL_PAGE = "full-page Tesseract (psm 3)"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


class Stopwatch(Metrics):
    """Metrics that keep every single time, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def time_stage(self, stage: str, seconds: float) -> None:
        self.seconds[stage].append(seconds)


class FullPage:
    """Tesseract as most people use it: the whole frame, page segmentation on its own."""

    def __init__(self, settings: RecognizeSettings) -> None:
        folder = find_tessdata(settings.language, settings.tessdata_dir)
        self._api = tesserocr.PyTessBaseAPI(
            path=str(folder), lang=settings.language, psm=tesserocr.PSM.AUTO
        )

    def read(self, frame: Frame) -> str:
        grey = np.ascontiguousarray(grey_of(frame.pixels))
        height, width = grey.shape
        self._api.SetImageBytes(grey.tobytes(), width, height, 1, width)
        return str(self._api.GetUTF8Text())


def main(
    frames: Annotated[Path, typer.Option(help="Folder of pictures.")] = Path("bench/frames"),
    repeats: Annotated[int, typer.Option(min=1, help="Rounds over all frames.")] = 3,
) -> None:
    """Time every stage of printlink beside full-page Tesseract."""
    pictures = [path.read_bytes() for path in list_pictures(frames)]
    settings = load_settings()
    stopwatch = Stopwatch()
    pipeline = build_pipeline(settings, stopwatch).pipeline
    full_page = FullPage(settings.recognize)
    links = time_frames(
        pictures[:1], pipeline, full_page, stopwatch=stopwatch, decode=settings.decode
    )
    stopwatch.seconds.clear()
    for _ in range(repeats):
        links = time_frames(
            pictures, pipeline, full_page, stopwatch=stopwatch, decode=settings.decode
        )
    typer.echo(f"{len(pictures)} frames, {repeats} rounds, {links} links a round\n")
    typer.echo(render_table(stopwatch.seconds))


def list_pictures(folder: Path) -> list[Path]:
    """Return the pictures in `folder`, by name; raises `StartupError` if there are none."""
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise StartupError(f"no pictures in {folder}; name a folder with --frames")
    return found


def time_frames(
    pictures: Sequence[bytes],
    pipeline: FramePipeline,
    full_page: FullPage,
    *,
    stopwatch: Stopwatch,
    decode: DecodeSettings,
) -> int:
    """Run all pictures through printlink, then through Tesseract; return the number of links."""
    answers = [run_frame(pipeline, picture, decode) for picture in pictures]
    for frame, result in answers:
        stopwatch.count_result(result)
        started = time.perf_counter()
        full_page.read(frame)
        stopwatch.time_stage(FULL_PAGE, time.perf_counter() - started)
    return sum(len(result.links) for _, result in answers)


def render_table(seconds: dict[str, list[float]]) -> str:
    """Return median and 95th percentile of each stage, and how the two ways compare."""
    rows = [f"{'':30}{'median ms':>12}{'p95 ms':>12}{'samples':>10}"]
    for name in (*STAGES, "ocr", FULL_PAGE):
        label = {"ocr": "  one strip read", "total": "printlink in all"}.get(name, name)
        rows.append(_render_row(label, seconds.get(name, [])))
    ratios = [full / ours for full, ours in zip(seconds[FULL_PAGE], seconds["total"], strict=True)]
    rows.append("")
    rows.append(
        f"full-page Tesseract takes {statistics.median(ratios):.1f} times as long as printlink "
        f"(median of the frames; {min(ratios):.1f} to {max(ratios):.1f})"
    )
    return "\n".join(rows)


def _render_row(label: str, seconds: list[float]) -> str:
    if not seconds:
        return f"{label:30}{'-':>12}{'-':>12}{0:>10}"
    median = statistics.median(seconds) * 1000
    p95 = sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1] * 1000
    return f"{label:30}{median:>12.1f}{p95:>12.1f}{len(seconds):>10}"


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
