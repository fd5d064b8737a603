"""An exported reader, loaded to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from training.export import SIGNATURE
from training.reader.alphabet import decode_path

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class SavedReader:
    """A SavedModel with the signature of `training.reader.export`."""

    def __init__(self, path: Path) -> None:
        """Load the export in `path`."""
        # The signature lives no longer than the object that was loaded.
        self._loaded = tf.saved_model.load(str(path))
        self._read = self._loaded.signatures[SIGNATURE]

    def read_strip(self, pixels: NDArray[np.uint8]) -> str:
        """Return the most probable path's text of one strip, uint8 [H, W]."""
        answer = self._read(
            strips=tf.constant(pixels[np.newaxis]),
            widths=tf.constant([pixels.shape[1]], tf.int32),
        )
        path = answer["log_probs"][0, : int(answer["lengths"][0])].numpy().argmax(axis=-1)
        return decode_path(path.tolist())
