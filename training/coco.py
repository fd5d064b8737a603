"""Average precision and recall by pycocotools, over all objects and over slices of them."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training.postprocess import Detections

# One entry of a COCO file's `images` or `annotations`, or one result.
Record = dict[str, Any]

MAX_DETECTIONS = 100


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the data set; annotations that it leaves out become ignore regions."""

    name: str
    has_image: Callable[[Record], bool]
    has_annotation: Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Score:
    """What COCO says of a slice: `ap50` is at IoU .5, `ap` the mean of .5 to .95, `ar` at 100."""

    prefixes: int
    ap50: float
    ap: float
    ar: float


def score_slice(dataset: Record, results: list[Record], part: Slice) -> Score | None:
    """Return the score of one slice, or None where it has no prefix."""
    images = [image for image in dataset["images"] if part.has_image(image)]
    kept = {image["id"] for image in images}
    found = [note for note in dataset["annotations"] if note["image_id"] in kept]
    counted = [note for note in found if not note.get("iscrowd") and part.has_annotation(note)]
    if not counted:
        return None
    counted_ids = {note["id"] for note in counted}
    categories = dataset["categories"]
    ignored = (note for note in found if note["id"] not in counted_ids)
    regions = spread_regions(ignored, [category["id"] for category in categories])
    notes = number_notes([*counted, *regions])
    truth = {"images": images, "annotations": notes, "categories": categories}
    ap, ap50, ar = run_coco(truth, [row for row in results if row["image_id"] in kept])
    return Score(len(counted), ap50, ap, ar)


def spread_regions(notes: Iterable[Record], classes: Iterable[int]) -> list[Record]:
    """Return each annotation as one ignore region for each of `classes`.

    COCO would ignore only detections of the annotation's own class there.
    """
    numbers = list(classes)
    return [{**note, "category_id": number, "iscrowd": 1} for note in notes for number in numbers]


def number_notes(notes: Iterable[Record]) -> list[Record]:
    """Return the annotations with ids from 1, and the `area` that COCO asks for."""
    return [
        {**note, "id": number, "iscrowd": note.get("iscrowd", 0), "area": _area(note)}
        for number, note in enumerate(notes, start=1)
    ]


def _area(note: Record) -> float:
    return float(note["bbox"][2] * note["bbox"][3])


def run_coco(truth: Record, results: list[Record]) -> tuple[float, float, float]:
    """Return AP@[.5:.95], AP@.5 and AR@100, the means over the classes that occur.

    The size ranges of COCO are of no use here: nearly every prefix is "small" to it.
    """
    if not results:
        return 0.0, 0.0, 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        index = COCO()
        index.dataset = {"info": {}, **truth}
        index.createIndex()
        judge = COCOeval(index, index.loadRes(results), "bbox")
        judge.params.maxDets = [1, 10, MAX_DETECTIONS]
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return float(judge.stats[0]), float(judge.stats[1]), float(judge.stats[8])


def to_results(image_id: int, found: Detections) -> list[Record]:
    """Return detections, boxes in the image's pixels, in COCO's form: x, y, width, height."""
    corners = found.boxes[:, [1, 0]]
    sides = found.boxes[:, [3, 2]] - corners
    boxes = np.concatenate([corners, sides], axis=1).astype(float).tolist()
    return [
        {"image_id": image_id, "category_id": int(number), "score": float(score), "bbox": box}
        for box, score, number in zip(boxes, found.scores, found.classes, strict=True)
    ]
