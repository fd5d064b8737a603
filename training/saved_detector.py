"""An exported detector, loaded to be measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from training.export import SIGNATURE
from training.export_options import FACTS
from training.postprocess import Detections

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class SavedDetector:
    """A SavedModel with the signature of `training.export`."""

    def __init__(self, path: Path) -> None:
        # The signature lives no longer than the object that was loaded.
        self._loaded = tf.saved_model.load(str(path))
        self._detect = self._loaded.signatures[SIGNATURE]
        self.long_side = int(json.loads((path / FACTS).read_text())["long_side"])

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is found in a uint8 RGB image [H, W, 3], boxes in its pixels."""
        answer = self._detect(input_tensor=tf.constant(image[None]))
        height, width = image.shape[:2]
        count = int(answer["num_detections"][0])
        boxes = answer["detection_boxes"][0, :count].numpy()
        scores = answer["detection_scores"][0, :count].numpy()
        classes = answer["detection_classes"][0, :count].numpy().astype(np.int64)
        sides = np.array([height, width, height, width], np.float32)
        return Detections(boxes * sides, scores, classes)

    def input_scale(self, height: int, width: int) -> float:
        """Return by how much the detector shrinks an image of this size, at most 1."""
        return min(1.0, self.long_side / max(height, width))
