"""Runs a network in one runtime, picture after picture; `bench.runtimes` starts and asks it.

    python bench/runtime.py KIND NETWORK THREADS

Each line on the standard input names a `.npy` file to look at and one to write the answer to. The
line that comes back has the milliseconds that it took. Some kinds run in an environment that has
nothing else of the project.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Run = Callable[[Array], Array]


class SavedNetwork:
    """A SavedModel with one input, in TensorFlow."""

    def __init__(self, network: str, *, xla: bool) -> None:
        import tensorflow as tf  # noqa: PLC0415

        # The signature lives no longer than the object that was loaded.
        self._loaded = tf.saved_model.load(network)
        signature = self._loaded.signatures["serving_default"]
        (name,) = signature.structured_input_signature[1]
        self._tensor = tf.constant
        self._call = tf.function(lambda images: signature(**{name: images}), jit_compile=xla)

    def __call__(self, images: Array) -> Array:
        return np.asarray(first_of(self._call(self._tensor(images))))


def open_tensorflow(
    network: str, threads: int, *, xla: bool = False, bfloat16: bool = False
) -> Run:
    import tensorflow as tf  # noqa: PLC0415

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if bfloat16:
        tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})
    return SavedNetwork(network, xla=xla)


def open_xla(network: str, threads: int) -> Run:
    return open_tensorflow(network, threads, xla=True)


def open_bfloat16(network: str, threads: int) -> Run:
    return open_tensorflow(network, threads, bfloat16=True)


def open_litert(network: str, threads: int) -> Run:
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    interpreter = Interpreter(model_path=network, num_threads=threads)
    runner = interpreter.get_signature_runner()
    return lambda images: np.asarray(first_of(runner(images=images)))


def open_onnx(network: str, threads: int) -> Run:
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {session.get_inputs()[0].name: images})[0]


def open_openvino(network: str, threads: int) -> Run:
    import openvino  # noqa: PLC0415

    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(network, "CPU", options)
    return lambda images: compiled(images)[0]


def first_of(answers: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the rows of a bare network, the scores of a whole detector."""
    return answers["rows"] if "rows" in answers else answers["detection_scores"]


OPENERS: dict[str, Callable[[str, int], Run]] = {
    "tensorflow": open_tensorflow,
    "xla": open_xla,
    "bfloat16": open_bfloat16,
    "litert": open_litert,
    "onnx": open_onnx,
    "openvino": open_openvino,
}


def main(kind: str, network: str, threads: str) -> None:
    # Runtimes greet on the standard output, too, which is for the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    run = OPENERS[kind](network, int(threads))
    for line in sys.stdin:
        taken, out = line.split()
        images = np.load(taken)
        started = time.perf_counter()
        found = run(images)
        ms = (time.perf_counter() - started) * 1000
        np.save(out, found)
        # The one who asked reads the file as soon as this arrives.
        print(ms, file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
