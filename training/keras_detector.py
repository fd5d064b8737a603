"""A detector as it stands in training, to be measured before anything is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from keras import ops

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray


class KerasNetwork:
    """The bare network as Keras has it, on whichever backend."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows [1, A, classes + 4] for [1, H, W, C] in 0..255, sides multiples of 32."""
        answer = self._model(images, training=False)
        return np.asarray(ops.convert_to_numpy(answer), np.float32)
