"""The formats that a trained detector is exported to, each with what writes and loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.export import ExportError, require_tensorflow, write_saved_model
from training.export_options import ExportFormat
from training.litert import load_litert, write_litert
from training.saved_detector import SavedDetector
from training.web_model import write_web

if TYPE_CHECKING:
    from pathlib import Path

    from training.evaluate import Detector
    from training.trained import TrainedDetector

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# The ranges have long settled by then.
MAX_PICTURES = 24


def write_export(
    detector: TrainedDetector, out: Path, *, to: ExportFormat, pictures: Path | None = None
) -> None:
    """Write `detector` to `out`, which is a file for LiteRT and a folder for the others.

    `pictures` is a folder that int8 takes its ranges from, in place of each frame. Raises
    ExportError where there are none in it, or where Keras does not run on TensorFlow.
    """
    require_tensorflow()
    if to is ExportFormat.SAVED_MODEL:
        write_saved_model(detector, out)
        return
    ranges = list_pictures(pictures) if pictures else ()
    if to is ExportFormat.WEB:
        write_web(detector, out, pictures=ranges)
    else:
        write_litert(detector, out, is_int8=to is ExportFormat.LITERT_INT8, pictures=ranges)


def load_export(export: Path) -> Detector:
    """Return the detector of a SavedModel's folder, or of a `.tflite` file, to be measured."""
    return load_litert(export) if export.suffix == ".tflite" else SavedDetector(export)


def list_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a folder, or of its `images/`: the first by name, `MAX_PICTURES`.

    Raises ExportError where there are none.
    """
    places = [place for place in (folder, folder / "images") if place.is_dir()]
    found = [
        path
        for place in places
        for path in sorted(place.iterdir())
        if path.suffix.lower() in PICTURE_SUFFIXES
    ]
    if not found:
        raise ExportError(f"{folder}: expected pictures to take int8's ranges from, found none")
    return found[:MAX_PICTURES]
