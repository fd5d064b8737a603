"""LiteRT: the bare network as a `.tflite` file, in float32 or int8.

The labels and the contract lie in the file itself, as a zip archive behind the network. That is how
LiteRT's metadata carries files, too: the runtime never looks there, `unzip` and `zipfile` do.
"""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from training.bare_network import save_network
from training.contract import (
    CONTRACT,
    INPUT_NAME,
    OUTPUT_NAME,
    format_contract,
    format_labels,
    parse_contract,
)
from training.row_detector import RowDetector, average_blocks, fit_image, pad_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import keras
    from numpy.typing import NDArray

    from training.export_options import ExportOptions

    Floats = NDArray[np.float32]
    Representatives = Callable[[], Iterator[dict[str, Floats]]]

LABELS = "labels.txt"


def write_litert(
    model: keras.Model,
    out: Path,
    *,
    options: ExportOptions,
    labels: Mapping[int, str],
    pictures: Sequence[Path] = (),
) -> None:
    """Write `model` to the file `out`, in int8 where there are `pictures` to take ranges from.

    Even then input and answer are float32: a caller need not know which of the two it has.
    """
    with TemporaryDirectory() as folder:
        save_network(model, Path(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if pictures:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = make_representatives(pictures, options)
        with warnings.catch_warnings():
            # It takes the ranges with TensorFlow's own interpreter, which is to go.
            warnings.filterwarnings("ignore", "\\s*Warning: tf.lite.Interpreter is deprecated")
            network = converter.convert()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(network)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(LABELS, format_labels(labels))
        archive.writestr(CONTRACT, format_contract(options, labels))


def make_representatives(pictures: Sequence[Path], options: ExportOptions) -> Representatives:
    """Return a function that yields what the network sees of `pictures`, in all its looks."""

    def represent() -> Iterator[dict[str, Floats]]:
        for path in pictures:
            with Image.open(path) as opened:
                image = np.asarray(opened.convert("RGB"))
            fitted = fit_image(image, long_side=options.long_side, channels=options.channels)
            padded = pad_image(fitted)
            yield {INPUT_NAME: padded[None]}
            if options.coarse_factor > 1:
                smaller = average_blocks(padded, options.coarse_factor)
                yield {INPUT_NAME: pad_image(smaller)[None]}

    return represent


class LiteRtNetwork:
    """The bare network in LiteRT."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        # The runner works in the interpreter's memory, and does not keep it alive.
        self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
        self._runner = self._interpreter.get_signature_runner()

    def run(self, images: Floats) -> Floats:
        """Return rows [1, A, classes + 4] for [1, H, W, C] in 0..255, sides multiples of 32."""
        answer = self._runner(**{INPUT_NAME: images})
        return np.asarray(answer[OUTPUT_NAME], np.float32)


def load_litert(path: Path, *, threads: int = 1) -> RowDetector:
    """Return the detector that `write_litert` wrote."""
    options, _ = read_litert_contract(path)
    return RowDetector(LiteRtNetwork(path, threads=threads), options)


def read_litert_contract(path: Path) -> tuple[ExportOptions, dict[int, str]]:
    """Return the options and the labels that lie in a `.tflite` file of ours."""
    with zipfile.ZipFile(path) as archive:
        return parse_contract(archive.read(CONTRACT).decode())
