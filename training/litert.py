"""LiteRT: the bare network as a `.tflite` file, in float32 or int8.

Weights become int8 once and for all. For what flows between the layers int8 needs ranges: those of
each frame, found while it runs, or those of some pictures, which saves a fifth of the time. With
the latter pictures and rows are int8, too (`training/int8.py`).

The labels, the contract and the second stage lie in the file itself, as a zip archive behind the
network. That is how LiteRT's metadata carries files, too: the runtime never looks there, `unzip`
and `zipfile` do.
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
from training.int8 import bound_rows, normalize
from training.row_detector import RowDetector, average_blocks, fit_image, pad_image
from training.xnnpack import suit_xnnpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import keras
    from numpy.typing import NDArray

    from training.contract import Dtype
    from training.export_options import ExportOptions
    from training.trained import TrainedDetector

    Floats = NDArray[np.float32]
    Representatives = Callable[[], Iterator[dict[str, Floats]]]

LABELS = "labels.txt"
REFINER = "refiner.tflite"


def write_litert(
    detector: TrainedDetector, out: Path, *, is_int8: bool = False, pictures: Sequence[Path] = ()
) -> None:
    """Write `detector` to the file `out`; in int8 ranges come from `pictures`, if there are any.

    Without them input and answer are float32 even so. The second stage has weights in float16 and
    reckons in float32, as it does in a page: it looks at few boxes.
    """
    options = detector.options
    weights = tf.int8 if is_int8 else None
    dtype: Dtype = "int8" if is_int8 and pictures else "float32"
    if dtype == "int8":
        network = quantize_network(detector, pictures)
    else:
        network = convert_network(detector.model, weights=weights)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(network)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(LABELS, format_labels(detector.labels))
        archive.writestr(CONTRACT, format_contract(options, detector.labels, dtype=dtype))
        if detector.refiner is not None:
            refiner = convert_network(detector.refiner.model, weights=tf.float16)
            archive.writestr(REFINER, refiner)


def quantize_network(detector: TrainedDetector, pictures: Sequence[Path]) -> bytes:
    """Return the detector's network in int8, from the picture to the rows, in fixed ranges.

    They are those of `pictures`, of which there is one at least.
    """
    represent = make_representatives(pictures, detector.options)
    return convert_network(bound_rows(detector.model), weights=tf.int8, represent=represent)


def convert_network(
    model: keras.Model,
    *,
    weights: tf.DType | None = None,
    represent: Representatives | None = None,
) -> bytes:
    """Return a network as LiteRT has it, its `weights` stored as float16 or int8, else float32.

    With int8 it reckons in int8, too: in the ranges of what `represent` yields, from the input to
    the answer, or else in those of each picture. float16 is float32 again once it is loaded.
    """
    with TemporaryDirectory() as folder:
        save_network(suit_xnnpack(model), Path(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if weights is not None:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if weights is tf.float16:
            converter.target_spec.supported_types = [tf.float16]
        if represent is not None:
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = represent
            converter.inference_input_type = converter.inference_output_type = tf.int8
        with warnings.catch_warnings():
            # It takes the ranges with TensorFlow's own interpreter, which is to go.
            warnings.filterwarnings("ignore", "\\s*Warning: tf.lite.Interpreter is deprecated")
            network: bytes = converter.convert()
    return network


def make_representatives(pictures: Sequence[Path], options: ExportOptions) -> Representatives:
    """Return a function that yields `pictures`, normalised, as the network sees them in its looks.

    First comes every grey level, for the range of the input to be all of them.
    """

    def represent() -> Iterator[dict[str, Floats]]:
        levels = np.arange(256, dtype=np.float32)[:, np.newaxis]
        yield {INPUT_NAME: normalize(np.broadcast_to(levels, (1, 32, 256, options.channels)))}
        for path in pictures:
            with Image.open(path) as opened:
                image = np.asarray(opened.convert("RGB"))
            fitted = fit_image(image, long_side=options.long_side, channels=options.channels)
            padded = pad_image(fitted)
            yield {INPUT_NAME: normalize(padded[None])}
            if options.coarse_factor > 1:
                smaller = average_blocks(padded, options.coarse_factor)
                yield {INPUT_NAME: normalize(pad_image(smaller)[None])}

    return represent


class LiteRtNetwork:
    """A bare network in LiteRT."""

    def __init__(self, network: bytes, *, threads: int = 1) -> None:
        # The runner works in the interpreter's memory, and does not keep it alive.
        self._interpreter = Interpreter(model_content=network, num_threads=threads)
        self._runner = self._interpreter.get_signature_runner()
        self._takes_int8 = self._runner.get_input_details()[INPUT_NAME]["dtype"] is np.int8
        # Of an answer in float32 they are both 0.
        answer = self._runner.get_output_details()[OUTPUT_NAME]
        self._scale, self._zero = answer["quantization"]

    def run(self, images: Floats) -> Floats:
        """Return the rows for pictures [1, H, W, C] in 0..255."""
        taken = (np.rint(images) - 128).astype(np.int8) if self._takes_int8 else images
        answer: Floats = self._runner(**{INPUT_NAME: taken})[OUTPUT_NAME].astype(np.float32)
        rows: Floats = (answer - self._zero) * np.float32(self._scale or 1.0)
        return rows


def load_litert(path: Path, *, threads: int = 1) -> RowDetector:
    """Return the detector that `write_litert` wrote."""
    options, _ = read_litert_contract(path)
    network = LiteRtNetwork(path.read_bytes(), threads=threads)
    return RowDetector(network, options, load_litert_refiner(path))


def load_litert_refiner(path: Path) -> LiteRtNetwork | None:
    """Return the second stage that lies in a `.tflite` file of ours, None where it has none."""
    with zipfile.ZipFile(path) as archive:
        if REFINER not in archive.namelist():
            return None
        return LiteRtNetwork(archive.read(REFINER))


def read_litert_contract(path: Path) -> tuple[ExportOptions, dict[int, str]]:
    """Return the options and the labels that lie in a `.tflite` file of ours."""
    with zipfile.ZipFile(path) as archive:
        return parse_contract(archive.read(CONTRACT).decode())
