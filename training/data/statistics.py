"""Figures about labelled pictures: what is in them, how large, and whether the anchors fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from training.anchors import LEVELS
from training.fit_anchors import fit_levels
from training.matcher import DEFAULT_RULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from training.anchors import AnchorLevel
    from training.boxes import Boxes
    from training.data.dataset import LabelledBox

_FIT = """\
{shipped:.1%} of the boxes are like no anchor of the network that ships,
{fitted:.1%} are like none of those that would be fitted to them."""
QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)


class Labelled(Protocol):
    """A picture with its boxes in pixels, from a file or from a record."""

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    @property
    def boxes(self) -> tuple[LabelledBox, ...]:
        """All of them, ignored ones too."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """One split: the boxes of each class, and, in the detector's input, box sizes in pixels.

    `shapes` is float32 [n, 2], height and width; `per_picture` int64 [pictures]. Ignored boxes are
    counted in `ignored` and in nothing else.
    """

    classes: Counter[str]
    ignored: int
    per_picture: NDArray[np.int64]
    shapes: Boxes


def gather(pictures: Iterable[Labelled], long_side: int) -> Statistics:
    """Return the figures of pictures that the detector shrinks to `long_side`, as the export does.

    Smaller pictures keep their size.
    """
    classes, counts, shapes, ignored = Counter[str](), [], [], 0
    for picture in pictures:
        scale = min(1.0, long_side / max(picture.height, picture.width))
        boxes = [box for box in picture.boxes if not box.is_ignored and box.has_area]
        ignored += len(picture.boxes) - len(boxes)
        classes.update(box.label for box in boxes)
        counts.append(len(boxes))
        shapes += [(box.height * scale, box.width * scale) for box in boxes]
    return Statistics(
        classes,
        ignored,
        np.array(counts, np.int64),
        np.array(shapes, np.float32).reshape(-1, 2),
    )


def best_ious(shapes: Boxes, levels: Sequence[AnchorLevel] = LEVELS) -> Boxes:
    """Return the IoU of each shape (height, width) with the anchor like it, centre on centre."""
    anchors = np.concatenate([level.shapes() for level in levels])
    shared = np.minimum(shapes[:, None], anchors[None]).prod(axis=-1)
    either = shapes.prod(axis=-1)[:, None] + anchors.prod(axis=-1)[None] - shared
    best: Boxes = (shared / either).max(axis=1)
    return best


def misfit_share(shapes: Boxes, levels: Sequence[AnchorLevel] = LEVELS) -> float:
    """Return the share of shapes that no anchor fits as well as a positive one should."""
    return float((best_ious(shapes, levels) < DEFAULT_RULE.positive_iou).mean())


def format_statistics(splits: dict[str, Statistics], long_side: int) -> str:
    """Return the figures of all splits as plain text."""
    parts = list(splits.values())
    labels = sorted({label for part in parts for label in part.classes})
    counts = {
        "pictures": [len(part.per_picture) for part in parts],
        "boxes": [len(part.shapes) for part in parts],
        **{f"  {label}": [part.classes[label] for part in parts] for label in labels},
        "ignored": [part.ignored for part in parts],
    }
    first = max(len(name) for name in counts)
    rows = [f"{'':{first}}" + "".join(f"{name:>10}" for name in splits)]
    rows += [
        f"{name:{first}}" + "".join(f"{count:10d}" for count in row) for name, row in counts.items()
    ]
    return "\n".join([*rows, "", _format_shapes(parts, long_side)])


def _format_shapes(parts: list[Statistics], long_side: int) -> str:
    shapes = np.concatenate([part.shapes for part in parts])
    if not len(shapes):
        return "There is no box that counts."
    heights, widths = shapes[:, 0], shapes[:, 1]
    measures = {
        "height, px": heights,
        "width, px": widths,
        "root of the area, px": np.sqrt(heights * widths),
        "width / height": widths / heights,
        "boxes a picture": np.concatenate([part.per_picture for part in parts]),
    }
    title = f"at a long side of at most {long_side} px"
    names = ("least", "5 %", "median", "95 %", "most")
    rows = [f"{title:36}" + "".join(f"{name:>9}" for name in names)]
    rows += [
        f"{name:36}" + "".join(f"{value:9.1f}" for value in np.quantile(values, QUANTILES))
        for name, values in measures.items()
    ]
    boxes = np.concatenate([np.zeros_like(shapes), shapes], axis=1)
    shipped, fitted = misfit_share(shapes), misfit_share(shapes, fit_levels(boxes))
    return "\n".join([*rows, "", _FIT.format(shipped=shipped, fitted=fitted)])
