"""A detector as Keras has it, to be measured before anything is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from training.row_detector import RowDetector

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from training.trained import TrainedDetector


class KerasNetwork:
    """A bare network as Keras has it, on whichever backend."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the rows for pictures [1, H, W, C] in 0..255."""
        answer = self._model(images, training=False)
        return np.asarray(ops.convert_to_numpy(answer), np.float32)


def detect_in_keras(detector: TrainedDetector) -> RowDetector:
    """Return a trained detector, with its second stage if it has one, ready to look at pictures."""
    refiner = None if detector.refiner is None else KerasNetwork(detector.refiner.model)
    return RowDetector(KerasNetwork(detector.model), detector.options, refiner)
