"""Frames of a video or a camera as they are now: what passes between two of them is skipped."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import cv2

from printlink.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JPEG_QUALITY: Final = 85
_USUAL_FPS: Final = 30.0
# Cameras keep a picture from before; the one behind it is fresh.
_CAMERA_GRABS: Final = 2


class VideoError(ClientError):
    """The video or the camera cannot be opened."""


def read_frames(
    source: str,
    *,
    fps: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bytes]:
    """Yield JPEG pictures of a file, an address or the camera of a number, `fps` a second at most.

    A file plays at its own speed, as if somebody watched it. Raises `VideoError`.
    """
    with _open(source) as capture:
        rate = 0.0 if source.isdigit() else capture.get(cv2.CAP_PROP_FPS) or _USUAL_FPS
        started, grabbed, next_at = clock(), 0, clock()
        while True:
            sleep(max(0.0, next_at - clock()))
            next_at = clock() + 1 / fps
            due = round((clock() - started) * rate) + 1 if rate else grabbed + _CAMERA_GRABS
            while grabbed < due:
                if not capture.grab():
                    return
                grabbed += 1
            yield _encode(capture)


@contextmanager
def _open(source: str) -> Iterator[cv2.VideoCapture]:
    capture = cv2.VideoCapture(int(source) if source.isdigit() else source)
    try:
        if not capture.isOpened():
            raise VideoError(f"{source} is no camera and no video that can be opened")
        yield capture
    finally:
        capture.release()


def _encode(capture: cv2.VideoCapture) -> bytes:
    is_there, picture = capture.retrieve()
    if not is_there:
        raise VideoError("the video broke off")
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(encoded)
