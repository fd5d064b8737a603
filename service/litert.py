"""LiteRT networks, and the only file of the service that knows LiteRT."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from service.contract import Rows
from service.errors import ModelLoadError, ModelRunError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from service.records import Pixels

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.float32] | NDArray[np.int8]
    Shape = tuple[int, ...]

# A change of the size costs as much as a run, so interpreters are kept for the last sizes; those of
# the detector take a hundred bytes for each pixel of their picture.
_MOST_KEPT_PIXELS: Final = 4_000_000


class LiteRtNetwork:
    """A network with one input and one output; threads may share it."""

    def __init__(self, source: Path | bytes, *, threads: int, runs: int = 1) -> None:
        """Load a `.tflite` file, or what stands in one.

        A run is shared out among `threads`; so many `runs` there are at a time, further ones wait.
        Raises `ModelLoadError`, also where LiteRT is not installed.
        """
        try:
            from ai_edge_litert import interpreter  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ModelLoadError(
                'the runtime litert needs LiteRT: pip install "printlink[litert]", '
                "or set PRINTLINK_DETECT__RUNTIME and PRINTLINK_READER__RUNTIME to tensorflow"
            ) from error
        # LiteRT has no types.
        make: Any = interpreter.Interpreter
        place = (
            {"model_content": source} if isinstance(source, bytes) else {"model_path": str(source)}
        )
        self._open: Callable[[], Any] = partial(make, **place, num_threads=threads)
        self._runs = threading.BoundedSemaphore(runs)
        self._lock = threading.Lock()
        self._idle: OrderedDict[Shape, list[_Planned]] = OrderedDict()
        try:
            opened = self._open()
        except (ValueError, RuntimeError) as error:
            named = "the second stage" if isinstance(source, bytes) else source
            raise ModelLoadError(f"{named} is no model that LiteRT can load") from error
        self._takes_int8 = opened.get_input_details()[0]["dtype"] is np.int8
        answer = opened.get_output_details()[0]
        # Of an answer in float32 they are both 0.
        self._scale, self._zero = answer["quantization"]

    def run(self, picture: Floats) -> Floats:
        """Return what the network answers [1, ...]; raises `ModelRunError`."""
        return np.asarray(self._run(picture), np.float32)

    def look(self, picture: Pixels) -> Rows:
        """Return the rows of a picture uint8 [1, H, W, channels]; raises `ModelRunError`."""
        # Less 128, a byte is an int8.
        taken = (picture ^ 0x80).view(np.int8) if self._takes_int8 else picture.astype(np.float32)
        return Rows(self._run(taken)[0], self._scale or 1.0, self._zero)

    def _run(self, picture: Numbers) -> Numbers:
        try:
            with self._runs:
                planned = self._take(picture.shape)
                answer = planned.run(picture)
        except (ValueError, RuntimeError) as error:
            raise ModelRunError(f"the network failed on {picture.shape}") from error
        self._give_back(picture.shape, planned)
        return answer

    def _take(self, shape: Shape) -> _Planned:
        with self._lock:
            idle = self._idle.get(shape)
            if idle:
                return idle.pop()
        return _Planned(self._open(), shape)

    def _give_back(self, shape: Shape, planned: _Planned) -> None:
        with self._lock:
            self._idle.setdefault(shape, []).append(planned)
            self._idle.move_to_end(shape)
            while self._count_pixels() > _MOST_KEPT_PIXELS and len(self._idle) > 1:
                self._idle.popitem(last=False)

    def _count_pixels(self) -> int:
        return sum(math.prod(shape) * len(idle) for shape, idle in self._idle.items())


class _Planned:
    """An interpreter whose memory is laid out for pictures of one size; one run at a time."""

    def __init__(self, interpreter: Any, shape: Shape) -> None:  # noqa: ANN401 - LiteRT has no types
        self._interpreter = interpreter
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]
        interpreter.resize_tensor_input(self._input, shape)
        interpreter.allocate_tensors()

    def run(self, picture: Numbers) -> Numbers:
        self._interpreter.set_tensor(self._input, picture)
        self._interpreter.invoke()
        answer: Numbers = self._interpreter.get_tensor(self._output)
        return answer
