"""A detector as it stands in training, to be measured before anything is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from keras import ops

from training.anchors import BACKBONE_STRIDE, LEVELS, image_anchors
from training.example import to_channels
from training.postprocess import Detections, decode_rows

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from training.config import TrainConfig

# Zero once normalised, as in the exported graph.
PADDING = 128


class KerasDetector:
    """Does to a picture what the exported graph will do, but for the second, coarser look."""

    def __init__(self, model: keras.Model, config: TrainConfig) -> None:
        self._model, self._rule = model, config.postprocess
        self._levels, self._channels = config.model.levels or LEVELS, config.model.channels
        self._long_side = config.long_side

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        height, width = image.shape[:2]
        scale = self.input_scale(height, width)
        rows, columns = max(round(height * scale), 1), max(round(width * scale), 1)
        fitted = image
        if scale < 1.0:
            fitted = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
        padded = _pad(to_channels(fitted, self._channels))
        answer = self._model(padded[None].astype(np.float32), training=False)
        anchors = image_anchors(height=padded.shape[0], width=padded.shape[1], levels=self._levels)
        found = decode_rows(ops.convert_to_numpy(answer)[0], anchors, self._rule)
        boxes = found.boxes / np.array([rows, columns] * 2, np.float32)
        sides = np.array([height, width] * 2, np.float32)
        seen = np.asarray(np.clip(boxes, 0.0, 1.0) * sides, np.float32)
        return Detections(seen, found.scores, found.classes)

    def input_scale(self, height: int, width: int) -> float:
        """Return by how much an image of this size is shrunk, at most 1."""
        return min(1.0, self._long_side / max(height, width))


def _pad(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    margins = [(0, -side % BACKBONE_STRIDE) for side in image.shape[:2]]
    return np.pad(image, [*margins, (0, 0)], constant_values=PADDING)
