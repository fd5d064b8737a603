"""The detector and the recognizers as the ingress sees them: whoever of their replicas is free.

What is asked of a replica that dies is asked of another one: no question changes anything, so it
may be asked twice, and the caller of the service notices nothing.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import RayServeException

from service.errors import DetectError, PrintlinkError, RecognizeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ray.serve.handle import DeploymentHandle

    from service.records import Frame, Prefix, Strip, TextLine

_MOST_TRIES: Final = 4


class _Seen(threading.local):
    """The version that answered this thread last."""

    name = ""
    version = 0


class RemoteDetector:
    """A `Detector` whose replicas look at frames in batches."""

    def __init__(self, handle: DeploymentHandle, *, timeout_s: float) -> None:
        """Take the handle of `DetectorReplica`."""
        self._handle = handle
        self._timeout_s = timeout_s
        self._seen = _Seen()
        # Frames go between machines, and grey ones are a third as large.
        self.sees_colour = False

    @property
    def model_name(self) -> str:
        """Name of the model that looked at this thread's last frame."""
        return self._seen.name

    @property
    def model_version(self) -> int:
        """Version that looked at this thread's last frame: two serve while one takes over."""
        return self._seen.version

    def describe(self) -> tuple[str, int]:
        """Return name and version of the model; waits until it is loaded."""
        name, version, self.sees_colour = self._handle.describe.remote().result()
        return name, version

    def detect(self, frame: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes in `frame`, best first; raises `DetectError`."""
        try:
            answer = ask(lambda: self._handle.detect.remote(frame), timeout_s=self._timeout_s)
        except (RayActorError, RayServeException, TimeoutError) as error:
            raise DetectError("no replica of the detector answers") from error
        self._seen.name, self._seen.version, self.sees_colour, prefixes = answer
        found: tuple[Prefix, ...] = prefixes
        return found


class RemoteRecognizer:
    """A `Recognizer` whose replicas read strips by one of their engines."""

    def __init__(self, handle: DeploymentHandle, engine: str, *, timeout_s: float) -> None:
        """Take the handle of `ReaderReplica` and the name of the engine."""
        self._handle = handle
        self._engine = engine
        self._timeout_s = timeout_s

    def read(self, strip: Strip) -> TextLine:
        """Return what stands in `strip`, spaces included; raises `RecognizeError`."""
        try:
            line: TextLine = ask(
                lambda: self._handle.read.remote(self._engine, strip), timeout_s=self._timeout_s
            )
        except (RayActorError, RayServeException, TimeoutError) as error:
            raise RecognizeError("no replica of the readers answers") from error
        return line


def ask(send: Callable[[], Any], *, timeout_s: float) -> Any:  # noqa: ANN401 - whatever comes back
    """Return the answer to what `send` sends, which it does again where a replica dies over it.

    Raises the replica's own errors as they were there, or those of Ray.
    """
    for _ in range(_MOST_TRIES - 1):
        with suppress(RayActorError):
            return _ask_once(send, timeout_s=timeout_s)
    return _ask_once(send, timeout_s=timeout_s)


def _ask_once(send: Callable[[], Any], *, timeout_s: float) -> Any:  # noqa: ANN401 - as above
    try:
        return send().result(timeout_s=timeout_s)
    except RayTaskError as error:
        if isinstance(error.cause, PrintlinkError):
            raise error.cause from error
        raise
