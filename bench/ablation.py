"""Takes one step of the reading away at a time, and counts how many links are still exact.

    python -m bench.ablation --frames DIR

The frames come with their truth (`bench.strips`); without `--frames` some are generated. The
prefixes are the true ones, so that what is measured is the reading alone: rectification, flat
ground, tight crop, the link's end, repairs, and the two readers together.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unittest.mock import patch

import numpy as np
import typer

from bench.read import generate_frames
from bench.strips import is_whole, list_frames, prefix_of
from service.assembly import build_reader
from service.errors import StartupError
from service.metrics import Metrics
from service.pipeline import Pipeline
from service.rectify import sample_line
from service.runner import Crew
from service.settings import load_settings
from service.spelling import list_spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from bench.strips import TrueFrame
    from service.baseline import Course
    from service.ink import Grey
    from service.records import Frame, Link, Prefix, Symbol
    from service.settings import Settings
    from service.spelling import Spelling

LOOSE_MARGIN_RATIO = 0.3


class TrueDetector:
    """Finds the prefixes that are whole, by truth."""

    model_name, model_version, sees_colour = "truth", 1, False

    def __init__(self) -> None:
        """Know no prefixes yet."""
        self.prefixes: tuple[Prefix, ...] = ()

    def detect(self, _: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes of the frame that is next."""
        return self.prefixes

    def warm_up(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Score:
    """Links that should be found, those that were given, and how many of them were exact."""

    wanted: int
    given: int
    exact: int

    def render(self, name: str) -> str:
        """Return a row of the table."""
        recall, precision = self.exact / max(1, self.wanted), self.exact / max(1, self.given)
        return f"{name:34}{recall:>9.3f}{precision:>11.3f}{self.given:>8}"


def main(
    frames: Annotated[
        Path | None, typer.Option(help="Folder in COCO form; empty generates some frames.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Frames to read.")] = 60,
) -> None:
    """Print how exact the reading is with each of its steps taken away."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as scratch:
        folder = frames or generate_frames(Path(scratch) / "frames")
        known = [true for true, _ in zip(list_frames(folder), range(most), strict=False)]
    typer.echo(f"{'':34}{'recall':>9}{'precision':>11}{'given':>8}")
    for name, (changed, change) in list_ablations(settings).items():
        with change:
            typer.echo(measure(known, changed).render(name))


def list_ablations(
    settings: Settings,
) -> Mapping[str, tuple[Settings, AbstractContextManager[object]]]:
    """Return by name the settings and the change under which the reading is measured."""
    expand = settings.expand.model_copy(update={"margin_ratio": LOOSE_MARGIN_RATIO})
    return {
        "everything on": (settings, nullcontext()),
        "not rectified (upright box)": (
            settings,
            patch("service.expand.sample_line", cut_upright),
        ),
        "ground not flattened": (settings, patch("service.extent.flatten_ground", keep_ground)),
        "crop not tight (.3 of the height)": (
            settings.model_copy(update={"expand": expand}),
            nullcontext(),
        ),
        "end not looked for": (settings, patch("service.url.find_end", take_all)),
        "nothing repaired": (settings, switch_repairs_off()),
        "network alone": (_with_engine(settings, "ctc"), nullcontext()),
        "Tesseract alone": (_with_engine(settings, "tesserocr"), nullcontext()),
    }


def cut_upright(grey: Grey, course: Course, **kwargs: object) -> Grey:
    """Cut the line as if it were level and straight."""
    level = replace(
        course,
        start=course.start._replace(angle=0.0),
        across=np.zeros_like(course.across),
    )
    cut: Callable[..., Grey] = sample_line
    return cut(grey, level, **kwargs)


def keep_ground(grey: Grey, _: float) -> Grey:
    """Leave the paper as it is."""
    return grey


def take_all(symbols: list[object], **_: object) -> int:
    """Take all that was read for the link."""
    return len(symbols)


@contextmanager
def switch_repairs_off() -> Iterator[None]:
    """Take what was read as it is: no look-alikes, no second choices of the reader."""
    with ExitStack() as stack:
        for name in ("repair_host", "repair_port", "repair_path"):
            stack.enter_context(patch(f"service.url.{name}", lambda text, *_: text))
        stack.enter_context(patch("service.url.list_spellings", _spell_first))
        yield


def _spell_first(symbols: tuple[Symbol, ...], places: range, **spaces: bool) -> list[Spelling]:
    return list_spellings(symbols, places, **spaces)[:1]


def _with_engine(settings: Settings, engine: str) -> Settings:
    recognize = settings.recognize.model_copy(update={"engine": engine})
    return settings.model_copy(update={"recognize": recognize})


def measure(frames: list[TrueFrame], settings: Settings) -> Score:
    """Read all frames and compare."""
    crew = Crew(1)
    reader, _ = build_reader(settings, Metrics(), crew)
    detector = TrueDetector()
    pipeline = Pipeline(detector, reader, expand=settings.expand, url=settings.url)
    wanted = given = exact = 0
    for true in frames:
        whole = [one for one in true.annotations if is_whole(one, true.frame)]
        detector.prefixes = tuple(prefix_of(one) for one in whole)
        urls = {
            prefix: f"https://{one['url']}" if one["label"] == "www" else one["url"]
            for prefix, one in zip(detector.prefixes, whole, strict=True)
        }
        links: tuple[Link, ...] = pipeline.run(true.frame, 0.0).links
        wanted, given = wanted + len(whole), given + len(links)
        exact += sum(link.url == urls[link.prefix] for link in links)
    return Score(wanted, given, exact)


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
