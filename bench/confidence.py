"""Asks how often links are right that were given with a certain confidence.

    python -m bench.confidence --frames DIR

The whole service answers, detector included. The frames come with their truth (`bench.strips`) and
should be others than those that the confidence was fitted on (`bench.calibrate`); without
`--frames` some are generated. A link is right if it is, to the character, what is printed where its
prefix was found; one where the print is illegible or cut off counts for nothing. The exit status is
1 where fewer than `--least` of those with .9 or more are right.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.read import generate_frames
from bench.strips import is_whole, list_frames, prefix_of
from service.assembly import build_reader
from service.errors import StartupError
from service.loading import load_detector
from service.metrics import Metrics
from service.moved import overlap
from service.pipeline import Pipeline
from service.runner import Crew
from service.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.strips import TrueFrame
    from service.records import Link

SURE = 0.9
LEVELS = (0.4, 0.5, 0.6, 0.7, 0.8, SURE, 0.95)
LEAST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Given:
    """A link that was given: how sure of it the service was, and whether it is right."""

    confidence: float
    is_right: bool


def main(
    frames: Annotated[
        Path | None, typer.Option(help="Folder in COCO form; empty generates some frames.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Frames to read.")] = 160,
    least: Annotated[float, typer.Option(min=0, max=1, help="Share that has to be right.")] = 0.95,
) -> None:
    """Print for some levels how many links were given from there on, and how many are right."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = frames or generate_frames(Path(scratch) / "frames")
        known = (true for true, _ in zip(list_frames(folder), range(most), strict=False))
        given = [*judge(known)]
    typer.echo(f"{'from':>6}{'links':>8}{'right':>8}")
    for level in LEVELS:
        number, share = count_right(given, level)
        typer.echo(f"{level:>6}{number:>8}{share:>8.3f}")
    if count_right(given, SURE)[1] < least:
        raise typer.Exit(1)


def judge(frames: Iterable[TrueFrame]) -> Iterator[Given]:
    """Yield all links that the service gives of `frames`, save where nobody knows what is right."""
    settings = load_settings()
    reader, _ = build_reader(settings, Metrics(), Crew(1))
    pipeline = Pipeline(load_detector(settings), reader, expand=settings.expand, url=settings.url)
    for true in frames:
        yield from judge_frame(pipeline, true)


def judge_frame(pipeline: Pipeline, true: TrueFrame) -> Iterator[Given]:
    """Yield the links that are given of one frame."""
    for link in pipeline.run(true.frame, 0.0).links:
        places = [one for one in true.annotations if is_place(link, one)]
        if all(is_whole(one, true.frame) for one in places):
            is_right = any(link.url == url_of(one) for one in places)
            yield Given(link.confidence, is_right=is_right)


def is_place(link: Link, annotation: dict[str, Any]) -> bool:
    """Tell whether the link was found where the annotation says that one is."""
    return overlap(link.prefix.box, prefix_of(annotation).box) >= LEAST_OVERLAP


def url_of(annotation: dict[str, Any]) -> str:
    """Return what should be given: a link without a scheme gets one."""
    url: str = annotation["url"]
    return f"https://{url}" if annotation["label"] == "www" else url


def count_right(given: list[Given], level: float) -> tuple[int, float]:
    """Return how many links have at least that confidence, and the share that is right."""
    sure = [one.is_right for one in given if one.confidence >= level]
    return len(sure), sum(sure) / max(1, len(sure))


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench.confidence: {error}")
