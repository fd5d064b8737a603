"""Training examples from records: crops at random places and scales of labelled pictures."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.anchors import LEVELS
from training.boxes import box_areas
from training.data.od_example import unpack_image
from training.data.records import find_label_map, list_places
from training.data.tfrecord import read_record
from training.data.window import cut_window, letterbox_window, place_window

if TYPE_CHECKING:
    from training.anchors import AnchorLevel
    from training.boxes import Boxes
    from training.data.window import Window
    from training.example import Example

GREATEST_ENLARGEMENT = 1.5
# How much larger than the picture a crop may be, the rest being padding.
GREATEST_MARGIN = 1.15
# How much of a crop's side a box that it is made around may take.
GREATEST_SHARE = 0.95
# Of the smallest anchor's side: what is smaller in a crop cannot be learnt.
LEAST_SIDE = 0.7


def anchor_sides(levels: tuple[AnchorLevel, ...] = LEVELS) -> tuple[float, float]:
    """Return the sides in pixels of squares as large as the smallest and the largest anchor."""
    sides = np.sqrt(np.concatenate([level.shapes().prod(axis=1) for level in levels]))
    return float(sides.min()), float(sides.max())


class RecordSource:
    """Examples of `size` x `size` RGB pixels out of a split's records.

    Most crops are made around a random box, at a scale that brings the square root of its area
    between the two `sides`, log-uniformly, as far as the picture is neither enlarged by more than
    half nor lost in padding; `background_share` of them are made anywhere. `whole_share` of the
    examples show the whole picture, letterboxed. Boxes that are difficult, crowds, cut by the
    crop's edge, or come out much smaller than the smaller of `sides`, are ignore regions.

    `records` is a folder that `printlink-train records` wrote, or a file or a pattern as a
    `pipeline.config` names them. The files are read on first use, in the process that samples: a
    source travels to a worker as their name. Decoded pictures are kept up to `cache_mib`.
    """

    def __init__(
        self,
        records: Path,
        size: int,
        *,
        split: str = "train",
        sides: tuple[float, float] | None = None,
        whole_share: float = 0.0,
        background_share: float = 0.1,
        cache_mib: int = 512,
    ) -> None:
        self.records, self.size, self.split = Path(records), size, split
        self.sides = sides or anchor_sides()
        self.whole_share, self.background_share = whole_share, background_share
        self.cache_mib = cache_mib
        self._cache: dict[int, Example] = {}
        self._cached_bytes = 0

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what was read when the source is sent to another process."""
        kept = {k: v for k, v in self.__dict__.items() if k not in ("label_map", "places")}
        return kept | {"_cache": {}, "_cached_bytes": 0}

    @cached_property
    def label_map(self) -> dict[int, str]:
        """The classes by the label map beside the records; empty where there is none."""
        return find_label_map(self.records)

    @cached_property
    def places(self) -> list[tuple[Path, int]]:
        """The file and the offset of each record; raises DataSetError where there is none."""
        return list_places(self.records, self.split)

    def sample(self, rng: np.random.Generator) -> Example:
        """Cut a random piece out of a random picture."""
        whole = self.load(int(rng.integers(len(self.places))))
        is_whole = rng.random() < self.whole_share
        height, width = whole.image.shape[:2]
        window = letterbox_window(height, width) if is_whole else self._pick_window(whole, rng)
        return cut_window(whole, window, self.size, least_side=LEAST_SIDE * self.sides[0])

    def load(self, number: int) -> Example:
        """Return one whole picture with its boxes."""
        if number in self._cache:
            return self._cache[number]
        path, offset = self.places[number]
        whole = unpack_image(read_record(path, offset), self.label_map).to_example()
        if self._cached_bytes + whole.image.nbytes <= self.cache_mib << 20:
            self._cached_bytes += whole.image.nbytes
            self._cache[number] = whole
        return whole

    def _pick_window(self, whole: Example, rng: np.random.Generator) -> Window:
        height, width = whole.image.shape[:2]
        boxes = whole.boxes[~whole.ignored] * np.array([height, width] * 2, np.float32)
        least = self.size / (GREATEST_MARGIN * max(height, width))
        if not len(boxes) or rng.random() < self.background_share:
            scale = _draw_between((least, max(1.0, least)), rng)
            return place_window((height, width), round(self.size / scale), rng)
        box = boxes[int(rng.integers(len(boxes)))]
        side = round(self.size / max(self._pick_scale(box, rng), least))
        return place_window((height, width), side, rng, around=box)

    def _pick_scale(self, box: Boxes, rng: np.random.Generator) -> float:
        wanted = _draw_between(self.sides, rng) / float(np.sqrt(box_areas(box)))
        fitting = GREATEST_SHARE * self.size / float((box[2:] - box[:2]).max())
        return min(wanted, fitting, GREATEST_ENLARGEMENT)


def _draw_between(ends: tuple[float, float], rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(ends))))
