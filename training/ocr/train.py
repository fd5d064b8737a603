"""The training of Tesseract's network: its trainer learns easy strips first, then all of them.

The trainer writes a checkpoint every 100 strips and goes on from it by itself; beside it stand
those in which it made the fewest errors so far, `url_<percent>_<iterations>.checkpoint`.
"""

from __future__ import annotations

import csv
import json
import logging
import re
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from training.data_digest import digest_data
from training.ocr.data import ALL_FILES, EASY_FILES
from training.ocr.language import FILE, LANGUAGE
from training.ocr.networks import NETWORKS, OcrNetwork
from training.ocr.programs import TRAINER, follow_program, run_program

if TYPE_CHECKING:
    from pathlib import Path

RUN, LOG = "run.json", "cer.csv"
EASY_STRIPS = 4000
_ENDLESS = 10**9
_CONVERT_TIMEOUT_S = 120
_PROGRESS: Final = re.compile(r"At iteration \d+/(\d+)/\d+, .*BCER train=([\d.]+)%")
# Fewest errors in percent, strips it was trained with.
_BEST: Final = re.compile(rf"{LANGUAGE}_([\d.]+)_\d+_(\d+)\.checkpoint")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OcrRun:
    """What a run was started with."""

    net: str
    network: OcrNetwork
    data_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrLimits:
    """When a run ends: after so many strips, over all its calls, or so much time in this one."""

    strips: int = _ENDLESS
    easy_strips: int = EASY_STRIPS
    max_minutes: float | None = None


def train_ocr(data_dir: Path, run_dir: Path, *, net: str, limits: OcrLimits) -> Path:
    """Train the network `net`, or go on with an interrupted run; return the finished model.

    Raises:
        ValueError: the run was started with another network or on other data.
        OcrProgramError: Tesseract's trainer is missing or failed.

    """
    run = _open_run(data_dir, run_dir, net)
    started_s = time.monotonic()
    most_s = float("inf") if limits.max_minutes is None else limits.max_minutes * 60
    easy, whole = run_dir / "easy", run_dir / LANGUAGE
    for output, start, files, strips in (
        (easy, _new_network(run.network), EASY_FILES, min(limits.easy_strips, limits.strips)),
        (whole, ["--continue_from", f"{easy}_checkpoint"], ALL_FILES, limits.strips),
    ):
        left_s = most_s - (time.monotonic() - started_s)
        if left_s > 0 and not (output == easy and _checkpoint(whole).exists()):
            listed = _list_data(data_dir, files, run_dir / f"{output.name}.list")
            _train_stage(
                output,
                (*start, "--traineddata", data_dir / FILE, "--train_listfile", listed),
                strips=strips,
                most_s=left_s,
            )
    return finish_run(data_dir, run_dir)


def finish_run(data_dir: Path, run_dir: Path) -> Path:
    """Write `url.traineddata` out of the best checkpoint, its weights rounded to eight bits."""
    path = run_dir / FILE
    run_program(
        TRAINER,
        *("--stop_training", "--convert_to_int", "--continue_from", best_checkpoint(run_dir)),
        *("--traineddata", data_dir / FILE, "--model_output", path),
        timeout_s=_CONVERT_TIMEOUT_S,
    )
    return path


def best_checkpoint(run_dir: Path) -> Path:
    """Return the checkpoint with the fewest errors, or the last one while none is good yet."""
    found = [(_BEST.fullmatch(path.name), path) for path in run_dir.glob("*.checkpoint")]
    rated = [(float(match[1]), path) for match, path in found if match]
    if rated:
        return min(rated)[1]
    last = [path for name in (LANGUAGE, "easy") if (path := _checkpoint(run_dir / name)).exists()]
    if not last:
        raise FileNotFoundError(f"expected a checkpoint in {run_dir}, found none")
    return last[0]


def count_strips_seen(run_dir: Path, checkpoint: Path) -> int:
    """Return how many strips a checkpoint was trained with, in both stages."""
    seen = {stage: strips for stage, strips, _ in read_progress(run_dir)}
    if match := _BEST.fullmatch(checkpoint.name):
        seen[LANGUAGE] = int(match[2])
    return sum(seen.values())


def read_run(run_dir: Path) -> OcrRun:
    """Return what a run was started with; raises FileNotFoundError if there is none."""
    facts = json.loads((run_dir / RUN).read_text(encoding="utf-8"))
    return OcrRun(facts["net"], OcrNetwork(**facts["network"]), facts["data_sha256"])


def read_progress(run_dir: Path) -> list[tuple[str, int, float]]:
    """Return stage, strips seen and share of wrong characters, for every 100 strips."""
    with (run_dir / LOG).open(encoding="utf-8", newline="") as file:
        return [(stage, int(strips), float(cer)) for stage, strips, cer in csv.reader(file)]


def _open_run(data_dir: Path, run_dir: Path, net: str) -> OcrRun:
    run = OcrRun(net, NETWORKS[net], digest_data(data_dir))
    run_dir.mkdir(parents=True, exist_ok=True)
    if not (run_dir / RUN).exists():
        (run_dir / RUN).write_text(json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8")
    elif read_run(run_dir) != run:
        raise ValueError(
            f"{run_dir} was started with another network or on other data: take another folder"
        )
    return run


def _new_network(network: OcrNetwork) -> list[str]:
    return ["--net_spec", network.layers, "--learning_rate", str(network.learning_rate)]


def _checkpoint(output: Path) -> Path:
    return output.with_name(f"{output.name}_checkpoint")


def _list_data(data_dir: Path, files: str, path: Path) -> Path:
    found = sorted(data_dir.glob(files))
    if not found:
        raise FileNotFoundError(f"expected {files} in {data_dir}: make `printlink-train ocr data`")
    path.write_text("".join(f"{file.resolve()}\n" for file in found), encoding="utf-8")
    return path


def _train_stage(
    output: Path, arguments: tuple[str | Path, ...], *, strips: int, most_s: float
) -> None:
    """Train until `strips` were seen in this stage, or the time is over."""
    ends_s = time.monotonic() + most_s
    told = ("--model_output", output, "--max_iterations", str(strips), "--debug_interval", "0")
    with (
        closing(follow_program(TRAINER, *arguments, *told)) as lines,
        output.with_name(LOG).open("a", encoding="utf-8", newline="") as log,
    ):
        for line in lines:
            if match := _PROGRESS.search(line):
                cer = float(match[2]) / 100
                csv.writer(log).writerow((output.name, match[1], f"{cer:.5f}"))
                log.flush()
                _log.info("%s strips %s cer %.4f", output.name, match[1], cer)
            # Right after a line the checkpoint is whole.
            if time.monotonic() > ends_s:
                return
