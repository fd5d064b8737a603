"""SavedModels, and the only file of the service that knows TensorFlow."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import tensorflow as tf

from model_store.manifest import Signature, TensorSpec
from service.errors import ModelLoadError, ModelRunError
from service.quota import count_cpus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Tensors = Mapping[str, NDArray[Any]]

SIGNATURE: Final = "serving_default"


class SavedModel:
    """The signature `serving_default` of a SavedModel; threads may share it."""

    def __init__(
        self,
        folder: Path,
        *,
        inputs: Collection[str],
        outputs: Collection[str],
        threads: int = 0,
    ) -> None:
        """Load what takes and gives tensors of these names.

        `threads` sizes TensorFlow's pools, 0 by the container's CPU quota; the first model of a
        process decides. Raises `ModelLoadError`.
        """
        _limit_threads(threads or count_cpus())
        self._outputs = tuple(outputs)
        # Whoever drops the model drops its variables, which the signature does not hold.
        self._model = _load_model(folder)
        self._call = _find_signature(self._model, folder, inputs=inputs, outputs=outputs)

    def describe(self) -> Signature:
        """Return dtype and shape of all that the signature takes and gives."""
        return Signature(
            inputs=_describe(self._call.structured_input_signature[1]),
            outputs=_describe(self._call.structured_outputs),
        )

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs by name; raises `ModelRunError` where the graph fails."""
        try:
            found = self._call(**{name: tf.constant(value) for name, value in inputs.items()})
        except tf.errors.OpError as error:
            shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in inputs.items())
            raise ModelRunError(f"the model failed on {shapes}") from error
        return {name: found[name].numpy() for name in self._outputs}


def _describe(tensors: Mapping[str, Any]) -> dict[str, TensorSpec]:
    return {
        name: TensorSpec(dtype=tensor.dtype.name, shape=tuple(tensor.shape))
        for name, tensor in tensors.items()
    }


def _limit_threads(threads: int) -> None:
    """Size TensorFlow's pools, which it does once in a process."""
    pools = tf.config.threading
    for resize, size in (
        (pools.set_intra_op_parallelism_threads, threads),
        (pools.set_inter_op_parallelism_threads, 1),
    ):
        with suppress(RuntimeError):
            resize(size)


def _load_model(folder: Path) -> Any:  # noqa: ANN401 - TensorFlow has no types
    try:
        return tf.saved_model.load(str(folder))
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise ModelLoadError(
            f"{folder} does not hold a SavedModel that TensorFlow can load; "
            "export it again or point PRINTLINK_MODEL__STORE_DIR elsewhere"
        ) from error


def _find_signature(
    model: Any,  # noqa: ANN401 - TensorFlow has no types
    folder: Path,
    *,
    inputs: Collection[str],
    outputs: Collection[str],
) -> Any:  # noqa: ANN401 - TensorFlow has no types
    """Return the callable signature once its names are known to be the expected ones."""
    call = model.signatures.get(SIGNATURE)
    if call is None:
        raise ModelLoadError(
            f"expected the signature {SIGNATURE} in {folder}, it has {sorted(model.signatures)}"
        )
    known = set(call.structured_input_signature[1])
    missing = sorted((set(inputs) - known) | (set(outputs) - set(call.structured_outputs)))
    if missing:
        raise ModelLoadError(f"the signature {SIGNATURE} of {folder} lacks {', '.join(missing)}")
    return call
