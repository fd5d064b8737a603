"""The contract of a bare network: what stands round it that a SavedModel has in its graph.

`printlink-train export --to litert-int8` writes it into the `.tflite` file as `detector.json`.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.errors import ModelLoadError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from service.records import Pixels

    Floats = NDArray[np.float32]
    Places = NDArray[np.intp]

T = TypeVar("T", bound=BaseModel)

CONTRACT: Final = "detector.json"
REFINER: Final = "refiner.tflite"


class Network(Protocol):
    """A bare network in whatever runtime; threads may share it."""

    def run(self, picture: Floats) -> Floats:
        """Return what it says of a picture [1, H, W, channels] in 0..255; raises `ModelRunError`.

        A detector's second stage answers [1, classes + 4], a reader log-probabilities
        [1, steps, classes].
        """
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """A detector's rows [A, classes + 4] as its network has them: float32, or int8 with a scale.

    Almost all are background, and not worth being turned into other numbers.
    """

    numbers: NDArray[np.float32] | NDArray[np.int8]
    scale: float = 1.0
    zero: int = 0

    def pick(self, least_logit: float, *, last: int) -> tuple[Places, Floats]:
        """Return which of the `last` rows have such a logit or more, and those rows as float32."""
        numbers = self.numbers[len(self.numbers) - last :]
        least = least_logit / self.scale + self.zero
        is_high = numbers >= (math.ceil(least) if numbers.dtype == np.int8 else least)
        is_high[:, -4:] = False
        places = np.unique(np.flatnonzero(is_high) // numbers.shape[1])
        rows = (numbers[places].astype(np.float32) - self.zero) * np.float32(self.scale)
        return places, rows


class RowNetwork(Protocol):
    """A detector's bare network in whatever runtime; threads may share it."""

    def look(self, picture: Pixels) -> Rows:
        """Return the rows of a picture uint8 [1, H, W, channels]; raises `ModelRunError`."""
        ...


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Level(_Part):
    """One feature map: a cell every `stride` pixels, with an anchor of each of `shapes` (h, w)."""

    stride: int = Field(ge=1)
    shapes: tuple[tuple[float, float], ...] = Field(min_length=1)


class Suppression(_Part):
    """How much boxes may overlap before the worse one goes, and how many may stay."""

    max_iou: float = Field(ge=0, le=1)
    max_boxes: int = Field(ge=1)


class Refining(_Part):
    """How boxes go through the second stage: see `training.refiner.rule`."""

    height: int = Field(ge=1)
    width: int = Field(ge=1)
    margin: float = Field(ge=0)
    min_score: float = Field(ge=0, le=1)
    most: int = Field(ge=1)
    weight: float = Field(ge=0, le=1)


class Contract(_Part):
    """What a bare network takes and gives: see `docs/training.md`.

    It takes pictures [1, H, W, channels] in 0..255, as float32 or less 128 as int8, whose sides are
    multiples of `side_multiple`, and gives rows [1, A, classes + 4]: logits, then box offsets.
    """

    side_multiple: int = Field(ge=1)
    padding: float
    centre_scale: float = Field(gt=0)
    size_scale: float = Field(gt=0)
    max_log_size: float
    long_side: int = Field(ge=32)
    coarse_factor: int = Field(ge=1)
    channels: int
    postprocess: Suppression
    levels: tuple[Level, ...] = Field(min_length=1)
    refine: Refining | None = None

    def anchors_of(self, height: int, width: int, *, is_coarse: bool = False) -> Floats:
        """Return float32 [A, 4]: centre y and x, height and width of each anchor, in pixels.

        A coarse look leaves the finest level out: what it would find is legible in the other look.
        """
        levels = self.levels[1:] or self.levels if is_coarse else self.levels
        return np.concatenate([_tile(level, height, width) for level in levels])

    def decode(self, offsets: Floats, anchors: Floats) -> Floats:
        """Return the boxes [n, 4] (ymin, xmin, ymax, xmax) that lie so far off their anchors."""
        centres = anchors[:, :2] + offsets[:, :2] / self.centre_scale * anchors[:, 2:]
        growth = np.exp(np.minimum(offsets[:, 2:] / self.size_scale, self.max_log_size))
        halves = growth * anchors[:, 2:] / 2
        return np.concatenate([centres - halves, centres + halves], axis=1)


def read_contract(path: Path) -> Contract:
    """Return the contract in a `.tflite` file; raises `ModelLoadError`."""
    how = "printlink-train export --to litert-int8"
    return read_part(path, CONTRACT, Contract, made_by=how)


def read_part(path: Path, name: str, kind: type[T], *, made_by: str) -> T:
    """Return what the JSON file `name` in a `.tflite` file says.

    Raises `ModelLoadError`, which names the command that the file is `made_by`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return kind.model_validate_json(archive.read(name))
    except (OSError, KeyError, zipfile.BadZipFile, ValidationError) as error:
        raise ModelLoadError(f"{path} has no {name}; export it with `{made_by}`") from error


def read_refiner(path: Path) -> bytes | None:
    """Return the second stage's network in a `.tflite` file, None where it has none.

    Raises `ModelLoadError`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(REFINER) if REFINER in archive.namelist() else None
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelLoadError(f"{path} is damaged: export it again") from error


def _tile(level: Level, height: int, width: int) -> Floats:
    """Return the anchors of a feature map, row by row and cell by cell."""
    ys, xs = (
        (np.arange(math.ceil(side / level.stride), dtype=np.float32) + 0.5) * level.stride
        for side in (height, width)
    )
    shapes = np.array(level.shapes, np.float32)
    anchors = np.empty((len(ys), len(xs), len(shapes), 4), np.float32)
    anchors[..., 0] = ys[:, np.newaxis, np.newaxis]
    anchors[..., 1] = xs[:, np.newaxis]
    anchors[..., 2:] = shapes
    return anchors.reshape(-1, 4)
