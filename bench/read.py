"""Reads the same strips with every reader there is: exact URLs and milliseconds, in one run.

    python -m bench.read --frames DIR

The strips are cut by truth (`bench.strips`) out of frames in typefaces that no model was trained
on; without `--frames` some are generated. Each strip goes to one reader after the other, so that
all meet the machine in the same mood. RapidOCR's recogniser reads beside them as an outside
reference, in an environment that uv makes for it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from bench.strips import cut_strips
from service.assembly import open_tesseract
from service.errors import ModelLoadError, StartupError
from service.gaps import find_gaps, fit_symbols, put_spaces
from service.loading import load_network
from service.metrics import Metrics
from service.models import find_traineddata
from service.reader import JointReader, NetworkReader
from service.recognize import create_recognizer
from service.records import Symbol, TextLine
from service.runner import Crew
from service.settings import load_settings
from service.treatments import soften, treat
from service.url import UrlParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.strips import TrueStrip
    from service.reader import Reader
    from service.records import Strip
    from service.settings import Settings, TesseractSettings
    from service.url import Reading

    Understand = Callable[[TextLine], Reading | None]
    # What is read as it stands there, and what it comes to; a reader of readers has the second.
    ReadStrip = Callable[[Strip, Understand], tuple[str | None, Reading | None]]

OWN_TESSERACT = "url-ocr"
RAPID = "RapidOCR's recogniser"
RAPID_PACKAGES = ("rapidocr", "onnxruntime")
RAPID_TIMEOUT_S = 900
GENERATED_FRAMES = 40
SEED = 77


@dataclass
class Scores:
    """What one reader did: right as read, right as a URL, and the time of each strip."""

    as_read: list[bool] = field(default_factory=list)
    as_url: list[bool] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)


def main(
    frames: Annotated[
        Path | None, typer.Option(help="Folder in COCO form; empty generates some frames.")
    ] = None,
    traineddata: Annotated[
        Path | None, typer.Option(help="A URL model of Tesseract's, in place of the store's.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Strips to read.")] = 200,
    rapid: Annotated[bool, typer.Option(help="Whether RapidOCR reads too.")] = True,
) -> None:
    """Read strips with every reader and print how they compare."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as scratch:
        folder = frames or generate_frames(Path(scratch) / "frames")
        strips = choose_strips(list(cut_strips(folder, settings.expand)), most)
        own = traineddata or find_own_tesseract(settings.tesseract)
        scores = read_strips(strips, open_readers(settings, own))
        if rapid:
            scores |= read_rapid(strips, Path(scratch))
    typer.echo(f"{len(strips)} strips, one link each\n\n{render_scores(scores)}")


def generate_frames(folder: Path) -> Path:
    """Photograph pages in the typefaces that are kept for measuring."""
    from training.synth.render import RenderJob, render_frames  # noqa: PLC0415

    job = RenderJob(folder, GENERATED_FRAMES, SEED, split="test", workers=2, link_rate=0.02)
    render_frames(job)
    return folder


def choose_strips(strips: list[TrueStrip], most: int) -> list[TrueStrip]:
    """Return at most so many strips, from all over the list."""
    if not strips:
        raise StartupError("no whole link on a single line in these frames")
    places = np.linspace(0, len(strips) - 1, min(most, len(strips))).round().astype(int)
    return [strips[place] for place in places]


def find_own_tesseract(settings: TesseractSettings) -> Path | None:
    """Return the model that the settings name, or else `url-ocr`; None where the store lacks it."""
    try:
        named = settings.model_copy(update={"name": settings.name or OWN_TESSERACT})
        return find_traineddata(named)
    except ModelLoadError as error:
        typer.echo(f"bench: without a Tesseract of our own: {error}", err=True)
        return None


def open_readers(settings: Settings, traineddata: Path | None) -> dict[str, ReadStrip]:
    """Return the readers by name; those whose model is not there are left out."""
    metrics, crew = Metrics(), Crew(1)
    stock = create_recognizer(settings.recognize)
    readers = {"Tesseract, stock eng": _read_softened(stock.read)}
    if traineddata is not None:
        own = create_recognizer(settings.recognize, traineddata=traineddata)
        readers["Tesseract, trained on URLs"] = _read_softened(own.read)
    voting = open_tesseract(settings, metrics, crew)
    readers["Tesseract, up to four treatments"] = _read_with(voting)
    try:
        network = load_network(settings)
    except StartupError as error:
        typer.echo(f"bench: without the network: {error}", err=True)
        return readers
    network.warm_up(height_px=settings.expand.strip_height_px, longest_px=3000)
    alone = NetworkReader(network)
    joint = JointReader(alone, voting, sure_confidence=settings.url.sure_confidence)
    readers["our network (ctc)"] = _read_spaced(network.read)
    readers["network and Tesseract (both)"] = _read_with(joint)
    return readers


def _read_softened(read: Callable[[Strip], TextLine]) -> ReadStrip:
    def read_strip(strip: Strip, understand: Understand) -> tuple[str, Reading | None]:
        line = read(treat(strip, soften))
        return line.text, understand(fit_symbols(line, find_gaps(strip.pixels)))

    return read_strip


def _read_spaced(read: Callable[[Strip], TextLine]) -> ReadStrip:
    def read_strip(strip: Strip, understand: Understand) -> tuple[str, Reading | None]:
        line = read(strip)
        fitted = fit_symbols(line, find_gaps(strip.pixels))
        if not line.parts_words:
            fitted = put_spaces(fitted, line_height=strip.pixels.shape[0])
        return line.text, understand(fitted)

    return read_strip


def _read_with(reader: Reader) -> ReadStrip:
    return lambda strip, understand: (None, reader.read(strip, understand))


def read_strips(strips: list[TrueStrip], readers: dict[str, ReadStrip]) -> dict[str, Scores]:
    """Give every strip to every reader; the first strip is read once before, untimed."""
    scores = {name: Scores() for name in readers}
    parser = UrlParser()
    for place, strip in enumerate([strips[0], *strips]):
        for name, read in readers.items():
            started = time.perf_counter()
            text, link = read(strip.strip, understand_as(parser, strip))
            ms = (time.perf_counter() - started) * 1000
            if place:
                _note(scores[name], strip, text, link, ms=ms)
    return scores


def understand_as(parser: UrlParser, strip: TrueStrip) -> Understand:
    """Return what makes a link of a line that starts with the strip's true prefix."""
    height = strip.strip.pixels.shape[0]
    return lambda line: parser.parse_line(line, label=strip.label, line_height=height)


def _note(
    scores: Scores, strip: TrueStrip, text: str | None, link: Reading | None, *, ms: float
) -> None:
    if text is not None:
        scores.as_read.append(text.replace(" ", "") == strip.text)
    scores.as_url.append(link is not None and link.text == strip.url)
    scores.ms.append(ms)


def read_rapid(strips: list[TrueStrip], scratch: Path) -> dict[str, Scores]:
    """Let RapidOCR read the strips; it is left out, with the reason, where it cannot be had."""
    taken, out = scratch / "strips.npz", scratch / "rapid.json"
    pictures = {str(place): strip.strip.pixels for place, strip in enumerate(strips)}
    np.savez(taken, **pictures)
    packages = [part for name in RAPID_PACKAGES for part in ("--with", name)]
    script = Path(__file__).with_name("rapid.py")
    command = ["uv", "run", "--no-project", *packages, "python", str(script), str(taken), str(out)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=RAPID_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        typer.echo(f"bench: without RapidOCR: {error}", err=True)
        return {}
    scores, parser = Scores(), UrlParser()
    for strip, (text, ms) in zip(strips, json.loads(out.read_text(encoding="utf-8")), strict=True):
        link = understand_as(parser, strip)(TextLine(text, 1.0, tuple(_lay_out(text))))
        _note(scores, strip, text, link, ms=ms)
    return {RAPID: scores}


def _lay_out(text: str) -> Iterator[Symbol]:
    """Yield the symbols of a text whose places nobody knows."""
    for place, one in enumerate(text.replace(" ", "")):
        yield Symbol(one, 1.0, 10.0 * place, 10.0 * place + 9)


def render_scores(scores: dict[str, Scores]) -> str:
    """Return a line for each reader."""
    rows = [f"{'':34}{'as read':>9}{'as URL':>9}{'median ms':>11}{'mean ms':>9}"]
    for name, one in scores.items():
        as_read = f"{statistics.mean(one.as_read):.3f}" if one.as_read else "-"
        rows.append(
            f"{name:34}{as_read:>9}{statistics.mean(one.as_url):>9.3f}"
            f"{statistics.median(one.ms):>11.1f}{statistics.mean(one.ms):>9.1f}"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
