"""Tesseract's training programs: whether they are there, and how each is run as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

EXTRACTOR = "unicharset_extractor"
COMBINER = "combine_lang_model"
TRAINER = "lstmtraining"
PROGRAMS = (EXTRACTOR, COMBINER, TRAINER)
_LAST_LINES = 4


class OcrProgramError(RuntimeError):
    """A training program is missing, or it failed."""


def find_program(name: str) -> str:
    """Return the path of a training program; raises `OcrProgramError` if there is none."""
    path = shutil.which(name)
    if path is None:
        raise OcrProgramError(
            f"no {name} on the PATH: install Tesseract with its training tools "
            "(Debian: apt install tesseract-ocr)"
        )
    return path


def run_program(name: str, *arguments: str | Path, timeout_s: float) -> None:
    """Run a program to its end; raises `OcrProgramError` with its last words if it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of PROGRAMS, without a shell
            [find_program(name), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            env=_single_threaded(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OcrProgramError(f"{name} ran over {timeout_s:.0f} s") from error
    if done.returncode:
        raise _describe_failure(name, done.returncode, (done.stdout + done.stderr).splitlines())


def follow_program(name: str, *arguments: str | Path) -> Generator[str]:
    """Run a program and yield its lines; closing the iterator ends it.

    Raises `OcrProgramError` with its last words if it fails.
    """
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 - a program of PROGRAMS, without a shell
        [find_program(name), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_single_threaded(),
    ) as process:
        try:
            for line in process.stdout or ():
                last = [*last[1 - _LAST_LINES :], line]
                yield line
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise _describe_failure(name, process.returncode, last)


def _describe_failure(name: str, code: int, lines: list[str]) -> OcrProgramError:
    said = " / ".join(line.strip() for line in lines[-_LAST_LINES:] if line.strip())
    return OcrProgramError(f"{name} ended with {code}: {said}")


def _single_threaded() -> dict[str, str]:
    # Its four threads wait for one another more than they work.
    return {"OMP_THREAD_LIMIT": "1", **os.environ}
