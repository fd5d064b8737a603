"""Tesseract's programs are found and run, and what goes wrong is told in their own words."""

import os
import time
from contextlib import closing

import pytest

from training.ocr.programs import OcrProgramError, find_program, follow_program, run_program


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def write(name, script):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)

    return write


def test_a_missing_program_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OcrProgramError, match=r"no lstmtraining .*apt install tesseract-ocr"):
        find_program("lstmtraining")


def test_a_failure_is_told_with_the_program_s_last_words(install):
    install("combine", "echo reading; echo cannot read strokes >&2; exit 3")
    with pytest.raises(OcrProgramError, match="combine ended with 3: reading / cannot read"):
        run_program("combine", timeout_s=10)


def test_a_program_that_takes_too_long_is_ended(install):
    install("combine", "exec sleep 60")
    with pytest.raises(OcrProgramError, match="combine ran over 0 s"):
        run_program("combine", timeout_s=0.2)


def test_both_outputs_are_followed_line_by_line(install):
    install("train", "echo one; echo two >&2; echo $1 threads $OMP_THREAD_LIMIT")
    assert list(follow_program("train", "three")) == ["one\n", "two\n", "three threads 1\n"]


def test_the_end_of_a_followed_program_is_checked(install):
    install("train", "echo one; echo not a network; exit 1")
    with pytest.raises(OcrProgramError, match="train ended with 1: one / not a network"):
        list(follow_program("train"))


def test_closing_the_lines_ends_the_program(install):
    install("train", "echo one; exec sleep 60")
    started_s = time.monotonic()
    with closing(follow_program("train")) as lines:
        assert next(lines) == "one\n"
    assert time.monotonic() - started_s < 30
