"""The sweep: what a detector finds, and how long it takes, at one input size after the other."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from training.evaluate import evaluate
from training.export import export_run
from training.export_options import choose_options
from training.saved_detector import SavedDetector
from training.tiles import TiledDetector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from training.config import TrainConfig
    from training.evaluate import Detector
    from training.postprocess import Detections

LONG_SIDES = (640, 768, 896, 1024, 1152, 1280, 1408, 1536)
TICKS_MS = (5, 10, 25, 50, 100, 200, 400, 800, 1600)


@dataclass(frozen=True, slots=True)
class Trial:
    """One input size: `ms` is the median time of an image, the rest is over all prefixes."""

    long_side: int
    tiles: int
    ms: float
    ap50: float
    ap: float
    ar: float


def sweep(
    config: TrainConfig,
    run_dir: Path,
    data_dir: Path,
    *,
    long_sides: Iterable[int] = LONG_SIDES,
    tile: int | None = None,
) -> list[Trial]:
    """Export the run at each size and measure it on labelled images, all in this one process.

    `tile` adds a trial that looks at overlapping tiles of so many pixels of the full image.
    """
    trials = []
    with TemporaryDirectory() as folder:
        for long_side in long_sides:
            detector = _export(config, run_dir, Path(folder), long_side)
            trials.append(_try(detector, data_dir, long_side=long_side, tiles=False))
        if tile is not None:
            tiled = TiledDetector(_export(config, run_dir, Path(folder), tile), tile)
            trials.append(_try(tiled, data_dir, long_side=tile, tiles=True))
    return trials


def save_trials(path: Path, trials: list[Trial]) -> None:
    """Write the trials as JSON."""
    text = json.dumps([asdict(trial) for trial in trials], indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def read_trials(path: Path) -> list[Trial]:
    """Read what `save_trials` wrote."""
    return [Trial(**trial) for trial in json.loads(path.read_text(encoding="utf-8"))]


def plot_trials(path: Path, trials: list[Trial], *, default: int) -> None:
    """Draw accuracy against milliseconds, with the default size in another colour."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second, and only this needs it

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    whole = sorted((t for t in trials if not t.tiles), key=lambda trial: trial.long_side)
    for name, label in (("ap50", "AP@.5"), ("ar", "AR@100")):
        values = [getattr(trial, name) for trial in whole]
        axes.plot([t.ms for t in whole], values, marker="o", label=f"{label}, whole frame")
    for trial in trials:
        is_default = trial.long_side == default and not trial.tiles
        axes.scatter([trial.ms], [trial.ap50], s=70 if is_default else 24, zorder=3, color="C3")
        axes.annotate(
            f"{trial.long_side}" + "\ntiles" * trial.tiles + "\ndefault" * is_default,
            (trial.ms, trial.ap50),
            xytext=(0, -9),
            textcoords="offset points",
            horizontalalignment="center",
            verticalalignment="top",
            fontsize=8,
        )
    axes.set_xscale("log")
    axes.set_xticks(TICKS_MS, [str(tick) for tick in TICKS_MS])
    axes.set_xlim(0.7 * min(t.ms for t in trials), 1.3 * max(t.ms for t in trials))
    axes.minorticks_off()
    axes.set_xlabel("milliseconds a frame, median; the numbers are the input's long side in pixels")
    axes.set_ylabel("over all labelled prefixes")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=110)


def format_trials(trials: list[Trial]) -> str:
    """Return the trials as a table of plain text."""
    rows = [f"{'long side':>12} {'ms':>7} {'AP@.5':>7} {'AP@.5:.95':>10} {'AR@100':>7}"]
    for trial in trials:
        name = f"{trial.long_side} tiles" if trial.tiles else str(trial.long_side)
        rows.append(
            f"{name:>12} {trial.ms:7.0f} {trial.ap50:7.3f} {trial.ap:10.3f} {trial.ar:7.3f}"
        )
    return "\n".join(rows)


class _Stopwatch:
    """A detector that notes how long each image takes."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.seconds: list[float] = []

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        started = time.perf_counter()
        found = self._detector.detect(image)
        self.seconds.append(time.perf_counter() - started)
        return found

    def input_scale(self, height: int, width: int) -> float:
        return self._detector.input_scale(height, width)


def _export(config: TrainConfig, run_dir: Path, folder: Path, long_side: int) -> SavedDetector:
    out = folder / str(long_side)
    if not out.exists():
        options = replace(choose_options(config), long_side=long_side)
        export_run(config.model, run_dir, out, options)
    return SavedDetector(out)


def _try(detector: Detector, data_dir: Path, *, long_side: int, tiles: bool) -> Trial:
    watch = _Stopwatch(detector)
    score = evaluate(watch, data_dir)["all"]
    # A median: the first images, which warm the graph up, do not count.
    ms = float(np.median(watch.seconds)) * 1000
    return Trial(long_side, int(tiles), ms, score.ap50, score.ap, score.ar)
