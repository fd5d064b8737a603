"""Strips with their truth: links on one line, cut out of frames that were made with their truth.

A folder has `images/` and `annotations.json` in COCO form, each annotation with `url` and
`polygons`, as `printlink-train synth --frames` writes it. The start of the line and its end are the
true ones; its course in between is traced as the service traces it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from service.errors import StartupError
from service.expand import Expander, Page
from service.records import Box, Frame, Prefix, Strip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.expand import Line
    from service.settings import ExpandSettings

EDGE_PX = 3.0
# Of a character, in x-heights: a link whose print is narrower has lost a line.
LEAST_ADVANCE_RATIO = 0.45


@dataclass(frozen=True)
class TrueStrip:
    """A strip, the link that is printed in it, and the label of its prefix.

    `tail` is the strip as the service cuts it: it goes on to the first wide gap.
    """

    strip: Strip
    tail: Strip
    text: str
    label: str
    x_height: float

    @property
    def url(self) -> str:
        """What should be given for it: a link without a scheme gets one."""
        return f"https://{self.text}" if self.label == "www" else self.text


@dataclass(frozen=True)
class TrueFrame:
    """A frame and its annotations."""

    frame: Frame
    name: str
    annotations: list[dict[str, Any]]


def list_frames(folder: Path) -> Iterator[TrueFrame]:
    """Yield the frames of a folder in COCO form; raises `StartupError` if it is none."""
    index = folder / "annotations.json"
    if not index.is_file():
        raise StartupError(
            f"no annotations.json in {folder}; make frames with "
            "`printlink-train synth FOLDER --frames 60 --split test`"
        )
    coco = json.loads(index.read_text(encoding="utf-8"))
    labels = {entry["id"]: entry["name"] for entry in coco["categories"]}
    found = defaultdict(list)
    for one in coco["annotations"]:
        found[one["image_id"]].append(one | {"label": labels[one["category_id"]]})
    for image in coco["images"]:
        pixels = cv2.imread(str(folder / "images" / image["file_name"]))
        frame = Frame(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8))
        yield TrueFrame(frame, image["file_name"], found[image["id"]])


def prefix_of(annotation: dict[str, Any]) -> Prefix:
    """Return the prefix as a detector without fault would give it."""
    left, top, width, height = annotation["bbox"]
    return Prefix(annotation["label"], 1.0, Box(left, top, left + width, top + height))


def is_whole(annotation: dict[str, Any], frame: Frame) -> bool:
    """Tell whether the link is legible and the frame's edge cuts nothing off."""
    points = np.concatenate([np.array(line) for line in annotation["polygons"]])
    inside = (
        points.min() >= EDGE_PX
        and (points.max(axis=0) <= (frame.width - EDGE_PX, frame.height - EDGE_PX)).all()
    )
    return bool(inside) and not annotation["iscrowd"]


def cut_strips(folder: Path, expand: ExpandSettings) -> Iterator[TrueStrip]:
    """Yield the strip of every link that is whole and stands on one line."""
    expander = Expander(expand)
    for true in list_frames(folder):
        page = Page(true.frame)
        for one in true.annotations:
            if is_whole(one, true.frame) and _is_single_line(one):
                line = expander.expand_prefix(page, prefix_of(one))
                strip = _cut_at(line, one["polygons"][0])
                yield TrueStrip(strip, line.strip, one["url"], one["label"], one["x_height"])


def _is_single_line(annotation: dict[str, Any]) -> bool:
    corners = np.array(annotation["polygons"][0])
    length = float(np.linalg.norm(corners[1] - corners[0]))
    least = LEAST_ADVANCE_RATIO * annotation["x_height"] * len(annotation["url"])
    return len(annotation["polygons"]) == 1 and length >= least


def _cut_at(line: Line, polygon: list[list[float]]) -> Strip:
    """Return the strip up to the right side of the link's true polygon."""
    _, (right, top), (right_below, bottom), _ = polygon
    start = line.course.start
    x, y = (right + right_below) / 2 - start.x, (top + bottom) / 2 - start.y
    along = x * np.cos(start.angle) + y * np.sin(start.angle)
    columns = line.strip.pixels.shape[1]
    px = columns / (line.reach[1] - line.reach[0])
    end = round(float(along - line.reach[0] + 0.06 * start.height) * px)
    return Strip(np.ascontiguousarray(line.strip.pixels[:, : max(8, min(end, columns))]), ())
