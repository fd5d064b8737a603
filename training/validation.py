"""The validation of a run: how well the network does on labelled pictures while it learns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from training.coco import Slice, score_slice, to_results
from training.pictures import draw_side_by_side

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.coco import Record, Score
    from training.evaluate import Detector

INDEX = "annotations.json"
PICTURES = 4
# A detection under this score is no mistake that a person would be shown.
LEAST_SHOWN_SCORE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """`score` is None where the pictures have no object; `pictures` are uint8 RGB [H, W, 3]."""

    score: Score | None
    pictures: list[NDArray[np.uint8]]


class ValidationSet:
    """The first `limit` images of a folder with `images/` and `annotations.json` (COCO)."""

    def __init__(self, folder: Path, *, limit: int) -> None:
        dataset: Record = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        images = dataset["images"][:limit]
        kept = {image["id"] for image in images}
        notes = [note for note in dataset["annotations"] if note["image_id"] in kept]
        self._dataset = {**dataset, "images": images, "annotations": notes}
        self._images = folder / "images"

    def measure(self, detector: Detector) -> Validation:
        """Return how well the detector does, and the first pictures with what it finds."""
        results: list[Record] = []
        pictures: list[NDArray[np.uint8]] = []
        for image in self._dataset["images"]:
            with Image.open(self._images / image["file_name"]) as opened:
                pixels = np.asarray(opened.convert("RGB"))
            found = to_results(image["id"], detector.detect(pixels))
            if len(pictures) < PICTURES:
                pictures.append(self._draw(pixels, image["id"], found))
            results += found
        whole = Slice("all", lambda _: True, lambda _: True)
        return Validation(score_slice(self._dataset, results, whole), pictures)

    def _draw(
        self, pixels: NDArray[np.uint8], image_id: int, found: list[Record]
    ) -> NDArray[np.uint8]:
        labels = {one["id"]: one["name"] for one in self._dataset["categories"]}
        truth = [note for note in self._dataset["annotations"] if note["image_id"] == image_id]
        shown = [record for record in found if record["score"] >= LEAST_SHOWN_SCORE]
        return draw_side_by_side(pixels, truth, shown, labels)


def find_validation(data: Path) -> Path | None:
    """Return the validation split beside training data, as `records` writes it, or None."""
    folder = data / "val"
    return folder if (folder / INDEX).exists() else None
