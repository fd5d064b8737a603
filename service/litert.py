"""LiteRT networks, and the only file of the service that knows LiteRT."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from service.errors import ModelLoadError, ModelRunError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Shape = tuple[int, ...]

# A change of the size costs as much as a run: an interpreter is kept for each of the last sizes.
_KEPT: Final = 12


class LiteRtNetwork:
    """A network with one input and one output; threads may share it."""

    def __init__(self, source: Path | bytes, *, threads: int) -> None:
        """Load a `.tflite` file, or what stands in one.

        Raises `ModelLoadError`, also where LiteRT is not installed.
        """
        try:
            from ai_edge_litert import interpreter  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ModelLoadError(
                'PRINTLINK_DETECT__RUNTIME=litert needs LiteRT: pip install "printlink[litert]"'
            ) from error
        # LiteRT has no types.
        make: Any = interpreter.Interpreter
        place = (
            {"model_content": source} if isinstance(source, bytes) else {"model_path": str(source)}
        )
        self._open: Callable[[], Any] = partial(make, **place, num_threads=threads)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Shape, _Planned] = OrderedDict()
        try:
            self._open()
        except (ValueError, RuntimeError) as error:
            named = "the second stage" if isinstance(source, bytes) else source
            raise ModelLoadError(f"{named} is no model that LiteRT can load") from error

    def run(self, picture: Floats) -> Floats:
        """Return what the network answers [1, ...]; raises `ModelRunError`."""
        try:
            return self._plan(picture.shape).run(picture)
        except (ValueError, RuntimeError) as error:
            raise ModelRunError(f"the network failed on {picture.shape}") from error

    def _plan(self, shape: Shape) -> _Planned:
        with self._lock:
            planned = self._kept.pop(shape, None) or _Planned(self._open(), shape)
            self._kept[shape] = planned
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return planned


class _Planned:
    """An interpreter whose memory is laid out for pictures of one size; one run at a time."""

    def __init__(self, interpreter: Any, shape: Shape) -> None:  # noqa: ANN401 - LiteRT has no types
        self._interpreter = interpreter
        self._lock = threading.Lock()
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]
        interpreter.resize_tensor_input(self._input, shape)
        interpreter.allocate_tensors()

    def run(self, picture: Floats) -> Floats:
        with self._lock:
            self._interpreter.set_tensor(self._input, picture)
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output), np.float32)
