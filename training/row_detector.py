"""Detection round a bare network, in NumPy: what the graph of a SavedModel does inside.

The picture is shrunk and padded, the network sees it and a smaller one, its rows become boxes, and
those that overlap go. `training/web/detector.js` is the same for a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from training.anchors import BACKBONE_STRIDE, image_anchors
from training.contract import LUMA, PADDING
from training.postprocess import Detections, decode_rows
from training.refiner.patch import cut_patches
from training.refiner.rows import count_refined, refine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.export_options import ExportOptions

    Floats = NDArray[np.float32]


class BareNetwork(Protocol):
    """A runtime that holds the network and nothing else."""

    def run(self, images: Floats) -> Floats:
        """Return rows for [1, H, W, C] in 0..255.

        A detector gives [1, A, classes + 4] for sides that are multiples of 32, a second stage
        [1, classes + 4] for a patch.
        """
        ...


class RowDetector:
    """A bare network that takes pictures of any size."""

    def __init__(
        self, network: BareNetwork, options: ExportOptions, refiner: BareNetwork | None = None
    ) -> None:
        self._network, self._options, self._refiner = network, options, refiner

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        fitted = fit_image(
            image, long_side=self._options.long_side, channels=self._options.channels
        )
        padded = pad_image(fitted)
        rows, anchors = self._look(padded)
        if self._options.coarse_factor > 1:
            large_rows, large_anchors = self._look_at_large(padded)
            rows = np.concatenate([rows, large_rows])
            anchors = np.concatenate([anchors, large_anchors])
        found = self._refine(padded, decode_rows(rows, anchors, self._options.postprocess))
        boxes = np.clip(found.boxes / _sides(fitted), 0.0, 1.0) * _sides(image)
        return Detections(boxes, found.scores, found.classes)

    def input_scale(self, height: int, width: int) -> float:
        """Return by how much an image of this size is shrunk, at most 1."""
        return min(1.0, self._options.long_side / max(height, width))

    def _refine(self, padded: Floats, found: Detections) -> Detections:
        rule = self._options.refine
        if self._refiner is None or rule is None:
            return found
        patches = cut_patches(padded, found.boxes[: count_refined(found.scores, rule)], rule)
        rows = [self._refiner.run(patch[None]) for patch in patches]
        return refine(found, np.concatenate(rows), rule) if rows else found

    def _look(self, padded: Floats) -> tuple[Boxes, Boxes]:
        height, width = padded.shape[:2]
        rows = self._network.run(padded[None])[0]
        return rows, image_anchors(height=height, width=width, levels=self._options.levels)

    def _look_at_large(self, padded: Floats) -> tuple[Boxes, Boxes]:
        """Return rows and anchors, in pixels of `padded`, of a look at a smaller picture.

        The finest level is left out: what it would find is legible in `padded` itself.
        """
        factor, levels = self._options.coarse_factor, self._options.levels
        smaller = pad_image(average_blocks(padded, factor))
        rows, _ = self._look(smaller)
        height, width = smaller.shape[:2]
        anchors = image_anchors(height=height, width=width, levels=levels[1:] or levels)
        return rows[-len(anchors) :], anchors * np.float32(factor)


def fit_image(image: NDArray[np.uint8], *, long_side: int, channels: int) -> Floats:
    """Return an RGB image as float32 [h, w, channels], its longer side at most `long_side`."""
    height, width = image.shape[:2]
    values = image.astype(np.float32)
    if channels == 1:
        values = values @ np.array(LUMA, np.float32)
    scale = min(1.0, long_side / max(height, width))
    if scale < 1.0:
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
    return values.reshape(*values.shape[:2], channels)


def pad_image(image: Floats) -> Floats:
    """Pad right and bottom of [h, w, C] to multiples of the network's coarsest stride."""
    margins = [(0, -side % BACKBONE_STRIDE) for side in image.shape[:2]]
    return np.pad(image, [*margins, (0, 0)], constant_values=PADDING)


def average_blocks(image: Floats, factor: int) -> Floats:
    """Return the mean of each block of `factor` by `factor` pixels; a remainder is left out."""
    height, width = (side // factor for side in image.shape[:2])
    blocks = image[: height * factor, : width * factor]
    means: Floats = blocks.reshape(height, factor, width, factor, -1).mean(axis=(1, 3))
    return means


def _sides(image: NDArray[np.uint8] | Floats) -> Floats:
    height, width = image.shape[:2]
    return np.array([height, width, height, width], np.float32)
