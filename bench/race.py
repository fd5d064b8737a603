"""A race: contenders, each in a process of its own, answer the same pictures in turn."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Contender:
    """One runtime with one number of threads.

    `kind` is one of `bench/runtime.py`, `feed` says what it is shown, and `packages` is what it
    needs beside those of the project.
    """

    name: str
    kind: str
    network: Path
    threads: int
    feed: str = "picture"
    packages: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """What a contender has done: its times, and the scores of each picture; or why it has not."""

    ms: list[float] = field(default_factory=list)
    scores: list[NDArray[np.float32]] = field(default_factory=list)
    problem: str = ""


class Runner:
    """A contender at work, in a process of its own."""

    def __init__(self, contender: Contender, scratch: Path) -> None:
        script = str(Path(__file__).with_name("runtime.py"))
        words = [script, contender.kind, str(contender.network), str(contender.threads)]
        python = python_with(contender.packages)
        self._out = scratch / f"{contender.kind}-answer.npy"
        # What it says there is only of interest if it fails; a pipe would fill up.
        self._log = tempfile.TemporaryFile("w+", dir=scratch)  # noqa: SIM115 - lives as long as we
        self._process = subprocess.Popen(
            [*python, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, picture: Path) -> tuple[float, NDArray[np.float32]]:
        """Return milliseconds and answer; raises StartupError with its last words if it failed."""
        asked, answered = self._process.stdin, self._process.stdout
        if asked is None or answered is None:
            raise StartupError("expected a process with pipes")
        try:
            print(picture, self._out, file=asked, flush=True)
        except BrokenPipeError as error:
            raise StartupError(self._last_words()) from error
        line = answered.readline()
        if not line:
            raise StartupError(self._last_words())
        return float(line), np.load(self._out)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._log.seek(0)
        return last_line(self._log.read())


def compete(
    contenders: Sequence[Contender],
    feeds: Sequence[dict[str, Path]],
    *,
    rounds: int,
    scratch: Path,
) -> dict[Contender, Record]:
    """Give every picture to every contender; a round before the others only warms them up."""
    records = {one: Record() for one in contenders}
    runners = {one: Runner(one, scratch) for one in contenders}
    try:
        for turn in range(rounds + 1):
            for feed in feeds:
                for contender, runner in runners.items():
                    _ask(runner, feed[contender.feed], records[contender], is_timed=turn > 0)
    finally:
        for runner in runners.values():
            runner.stop()
    return records


def _ask(runner: Runner, picture: Path, record: Record, *, is_timed: bool) -> None:
    if record.problem:
        return
    try:
        ms, answer = runner.ask(picture)
    except StartupError as error:
        record.problem = str(error)
        return
    if is_timed:
        record.ms.append(ms)
    else:
        record.scores.append(to_scores(answer))


def to_scores(answer: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row's best score; a whole detector's answer is scores already."""
    if answer.ndim < 3:
        return answer
    scores: NDArray[np.float32] = 1 / (1 + np.exp(-answer[0, :, :-4].max(axis=-1)))
    return scores


def python_with(packages: Sequence[str]) -> list[str]:
    """Return the command of a Python that has `packages` beside those of the project."""
    extra = [part for name in packages for part in ("--with", name)]
    return ["uv", "run", "--frozen", "--no-sync", *extra, "python"] if extra else [sys.executable]


def last_line(text: str) -> str:
    """Return the last line of what a program said that is not empty."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no reason given")
