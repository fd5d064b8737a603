"""Pictures to look at: the boxes of the truth on the left, those of the detector on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from training.coco import Record

LONG_SIDE = 640
# Colours that differ, also to those who see few: after Okabe and Ito (2008).
COLOURS = (
    (213, 94, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (230, 159, 0),
    (86, 180, 233),
)
IGNORED = (128, 128, 128)


def draw_side_by_side(
    image: NDArray[np.uint8],
    truth: Iterable[Record],
    found: Iterable[Record],
    labels: Mapping[int, str],
) -> NDArray[np.uint8]:
    """Return one picture, uint8 RGB [h, 2w, 3], of an image shrunk to at most `LONG_SIDE` pixels.

    Boxes are records in COCO's form, x, y, width, height in the image's pixels; those found have a
    `score`, ignore regions an `iscrowd`, which makes them grey.
    """
    halves = [draw_boxes(image, records, labels) for records in (truth, found)]
    return np.concatenate(halves, axis=1)


def draw_boxes(
    image: NDArray[np.uint8], records: Iterable[Record], labels: Mapping[int, str]
) -> NDArray[np.uint8]:
    """Return the image, shrunk, with a box and a label for each record."""
    height, width = image.shape[:2]
    scale = min(1.0, LONG_SIDE / max(height, width))
    canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for record in records:
        left, top, *sides = (round(value * scale) for value in record["bbox"])
        colour = COLOURS[record["category_id"] % len(COLOURS)]
        if record.get("iscrowd"):
            colour = IGNORED
        cv2.rectangle(canvas, (left, top), (left + sides[0], top + sides[1]), colour, 2)
        text = labels.get(record["category_id"], str(record["category_id"]))
        if "score" in record:
            text += f" {record['score']:.2f}"
        _write(canvas, text, (left, top), colour)
    return np.asarray(canvas, np.uint8)


def _write(
    canvas: NDArray[np.uint8], text: str, place: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    left, top = place
    (_, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    baseline = (left, max(top - 3, height))
    cv2.putText(canvas, text, baseline, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
