"""A labelled data set in memory: pictures, the boxes in them, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# ymin, xmin, ymax, xmax in pixels of the picture as a person sees it; edges lie between pixels.
PixelBox = tuple[float, float, float, float]


class DataSetError(ValueError):
    """The data set, or what is asked of it, cannot be worked with; the message says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be used, and where it stands; `line` is None where it is no matter of a line."""

    file: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        """Return the problem as compilers print theirs."""
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One object: its class and box.

    A difficult one and a crowd (several in one box) are neither learned nor counted. `x_height` is
    what `evaluate` slices print by, in pixels; it goes from COCO to COCO only.
    """

    label: str
    box: PixelBox
    line: int | None = None
    is_difficult: bool = False
    is_truncated: bool = False
    is_crowd: bool = False
    x_height: float | None = None

    @property
    def height(self) -> float:
        """In pixels."""
        return self.box[2] - self.box[0]

    @property
    def width(self) -> float:
        """In pixels."""
        return self.box[3] - self.box[1]

    @property
    def has_area(self) -> bool:
        """Whether its sides are the right way round and apart."""
        return self.height > 0 and self.width > 0

    @property
    def is_ignored(self) -> bool:
        """Whether a detector is neither rewarded nor punished here."""
        return self.is_difficult or self.is_crowd


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One picture: `name` is its path in the data set, with slashes; `file` has its pixels.

    The size is that of the picture as a person sees it, in pixels. `kind` is what `evaluate` slices
    pictures by; it goes from COCO to COCO only.
    """

    name: str
    file: Path
    width: int
    height: int
    boxes: tuple[LabelledBox, ...]
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """The pictures that can be used, the classes by their number, and what had to be left out."""

    images: tuple[LabelledImage, ...]
    labels: dict[int, str]
    problems: tuple[Problem, ...] = ()
