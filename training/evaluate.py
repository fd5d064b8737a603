"""The evaluation: how well an exported detector does on a folder of images in COCO's form."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PIL import Image

from training.coco import Record, Score, Slice, score_slice, to_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from training.postprocess import Detections

# Edges of the slices by x-height, in pixels of the detector's input.
X_HEIGHTS = (0.0, 8.0, 14.0, 22.0, float("inf"))
# Smaller print is found at times, but nobody should count on it.
LEGIBLE_X_HEIGHT = 7.0


class Detector(Protocol):
    """What is measured: it may shrink an image before it looks at it."""

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        ...

    def input_scale(self, height: int, width: int) -> float:
        """Return by how much an image of this size is shrunk, at most 1."""
        ...


def evaluate(detector: Detector, data_dir: Path) -> dict[str, Score]:
    """Return the score of each slice that has a prefix, the whole first.

    `data_dir` holds `images/` and `annotations.json`. An annotation's `x_height` is in pixels of
    its image; one without it counts in the whole and the page kinds only.
    """
    dataset = json.loads((data_dir / "annotations.json").read_text(encoding="utf-8"))
    results = detect_all(detector, dataset["images"], data_dir / "images")
    scales = {
        image["id"]: detector.input_scale(image["height"], image["width"])
        for image in dataset["images"]
    }
    scores = {
        part.name: score_slice(dataset, results, part) for part in list_slices(dataset, scales)
    }
    return {name: score for name, score in scores.items() if score is not None}


def detect_all(detector: Detector, images: Iterable[Record], folder: Path) -> list[Record]:
    """Return the detections in all images, in COCO's form."""
    results = []
    for image in images:
        with Image.open(folder / image["file_name"]) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        results += to_results(image["id"], detector.detect(pixels))
    return results


def list_slices(dataset: Record, scales: dict[int, float]) -> list[Slice]:
    """Return the whole, what is legible of it, the slices by x-height and those by page kind."""
    kinds = sorted({image["kind"] for image in dataset["images"] if "kind" in image})
    by_height = [
        Slice(f"x-height {low:g}-{high:g} px", _always, _is_between(low, high, scales))
        for low, high in pairwise(X_HEIGHTS)
    ]
    by_kind = [Slice(f"kind {kind}", _is_kind(kind), _always) for kind in kinds]
    legible = Slice("legible", _always, _is_between(LEGIBLE_X_HEIGHT, float("inf"), scales))
    return [Slice("all", _always, _always), legible, *by_height, *by_kind]


def _always(_: Record) -> bool:
    return True


def _is_kind(kind: str) -> Callable[[Record], bool]:
    return lambda image: image.get("kind") == kind


def _is_between(low: float, high: float, scales: dict[int, float]) -> Callable[[Record], bool]:
    return lambda note: low <= note.get("x_height", -1.0) * scales[note["image_id"]] < high


def format_table(scores: dict[str, Score]) -> str:
    """Return the scores as a table of plain text."""
    rows = [f"{'slice':24} {'prefixes':>8} {'AP@.5':>7} {'AP@.5:.95':>10} {'AR@100':>7}"]
    rows += [
        f"{name:24} {score.prefixes:8d} {score.ap50:7.3f} {score.ap:10.3f} {score.ar:7.3f}"
        for name, score in scores.items()
    ]
    return "\n".join(rows)


def to_metrics(scores: dict[str, Score]) -> dict[str, Any]:
    """Return the scores as JSON can hold them."""
    return {name: asdict(score) for name, score in scores.items()}
