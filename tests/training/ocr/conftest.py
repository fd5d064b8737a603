"""What the tests of Tesseract's training share: a source of strips, and its programs or a fake."""

import os
import shutil
from pathlib import Path

import pytest

from training.ocr.programs import PROGRAMS
from training.reader.strips import StripSource
from training.synth.fonts import FONT_FOLDERS, scan_fonts, split_fonts

FEW = [Path("/usr/share/fonts/truetype") / name for name in ("dejavu", "liberation")]

# Does what `lstmtraining` does to the outside: it tells every 100 strips, and leaves checkpoints.
FAKE_TRAINER = """#!/bin/sh
echo "$@" >> "{calls}"
while [ $# -gt 0 ]; do
  case "$1" in
    --model_output) output="$2" ;;
    --max_iterations) most="$2" ;;
    --stop_training) echo model > "{finished}"; exit 0 ;;
  esac
  shift
done
strips=0
while [ $strips -lt $most ]; do
  sleep ${{FAKE_STEP_S:-0}}
  strips=$((strips + 100))
  percent=$((90 - strips / 100)).5
  touch "${{output}}_checkpoint" "${{output}}_${{percent}}_99_$strips.checkpoint"
  echo "At iteration 99/$strips/$strips, Mean rms=1%, delta=2%, BCER train=$percent%, skip=0%"
done
echo "Finished!" >&2
"""


@pytest.fixture(scope="session")
def source():
    faces = scan_fonts(FEW if all(folder.is_dir() for folder in FEW) else FONT_FOLDERS)
    return StripSource("train", tuple(split_fonts(faces, "train")))


@pytest.fixture
def real_programs():
    missing = [name for name in (*PROGRAMS, "tesseract") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"Tesseract's training tools are not installed: {', '.join(missing)}")


@pytest.fixture
def trainer_calls(tmp_path, monkeypatch):
    """Put a fake trainer first on the PATH; returns the file to which it writes how it was called.

    The finished model is `run/url.traineddata`.
    """
    programs, calls = tmp_path / "programs", tmp_path / "calls"
    programs.mkdir()
    trainer = programs / "lstmtraining"
    finished = tmp_path / "run" / "url.traineddata"
    trainer.write_text(FAKE_TRAINER.format(calls=calls, finished=finished))
    trainer.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return calls
