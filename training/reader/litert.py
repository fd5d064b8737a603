"""LiteRT: the reader's network as a `.tflite` file, its weights in int8.

LiteRT has no resizing by area, so what stands round the network in the SavedModel's graph is left
to whoever runs it. `reader.json` says how, and `labels.txt` the characters; both lie in the file as
in a detector's (`training.litert`).

    strips  float32 [1, 32, 4 T, 1], 0..255      log_probs  float32 [1, T, classes]
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from training.contract import INPUT_NAME, OUTPUT_NAME, format_labels
from training.export import require_tensorflow
from training.folding import fold_normalization
from training.litert import LABELS, convert_network
from training.reader.alphabet import LABEL_MAP, decode_path
from training.reader.batches import (
    COLUMNS_PER_STEP,
    NET_HEIGHT,
    STEPS_PER_HEIGHT,
    count_steps,
    fit_strip,
)
from training.reader.export import load_reader

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.reader.net import ReaderModelConfig

CONTRACT: Final = "reader.json"
_FACTS: Final = {
    "height": NET_HEIGHT,
    "columns_per_step": COLUMNS_PER_STEP,
    "steps_per_height": STEPS_PER_HEIGHT,
}


def write_reader_litert(config: ReaderModelConfig, run_dir: Path, out: Path) -> None:
    """Write the best weights that `run_dir` has so far to the file `out`.

    Weights are int8; activations are counted in int8 too, in ranges that LiteRT takes from each
    strip. Raises ExportError where Keras does not run on TensorFlow.
    """
    require_tensorflow()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(convert_reader(load_reader(config, run_dir)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(LABELS, format_labels(LABEL_MAP))
        archive.writestr(CONTRACT, json.dumps(_FACTS, indent=2) + "\n")


def convert_reader(model: keras.Model) -> bytes:
    """Return a reader as LiteRT has it, its answer log-probabilities."""
    folded = fold_normalization(model)
    log_probs = layers.Activation("log_softmax")(folded.output)
    return convert_network(keras.Model(folded.input, log_probs), weights=tf.int8)


class LiteRtReader:
    """A reader's `.tflite` file, loaded to be measured."""

    def __init__(self, path: Path) -> None:
        """Load the file `path`."""
        self._interpreter = Interpreter(model_path=str(path), num_threads=1)
        self._runner: Any = self._interpreter.get_signature_runner()

    def read_strip(self, pixels: NDArray[np.uint8]) -> str:
        """Return the most probable path's text of one strip, uint8 [H, W]."""
        fitted = fit_strip(pixels, count_steps(*pixels.shape)).astype(np.float32)
        answer = self._runner(**{INPUT_NAME: fitted[np.newaxis, ..., np.newaxis]})
        path = answer[OUTPUT_NAME][0].argmax(axis=-1)
        return decode_path(path.tolist())
