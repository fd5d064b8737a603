"""What one stream has seen: each frame is looked at in the light of those before it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.decode import decode_frame
from service.motion import Motion, MotionFinder
from service.records import Timings
from service.traces import span
from service.tracks import TrackedLink, Tracker

if TYPE_CHECKING:
    from service.pipeline import FramePipeline
    from service.records import Frame, FrameResult
    from service.settings import DecodeSettings, StreamSettings


@dataclass(frozen=True, slots=True)
class Sight:
    """What became of one frame.

    `follow_ms` was spent on finding the motion, `saved_reads` are the links that needed no reading.
    """

    result: FrameResult
    links: tuple[TrackedLink, ...]
    is_unchanged: bool
    follow_ms: float
    saved_reads: int


class Watcher:
    """Looks at the frames of one stream, one after the other."""

    def __init__(self, decode: DecodeSettings, stream: StreamSettings) -> None:
        """Have seen nothing."""
        self._decode = decode
        self._finder = MotionFinder()
        self._tracker = Tracker(stream)
        self._digest = b""
        self._last: FrameResult | None = None

    def look(self, pipeline: FramePipeline, data: bytes) -> Sight:
        """Decode one picture and find its links; raises a `CallerError` or an `InternalError`.

        Of a frame in which nothing has changed, no stage after decoding runs; of one with the same
        bytes, not even that.
        """
        started = time.perf_counter()
        digest = hashlib.blake2b(data).digest()
        if self._last is not None and digest == self._digest:
            return self._repeat(self._last, decode_ms=0.0, follow_ms=_ms_since(started))
        with span("decode"):
            frame = decode_frame(data, self._decode)
        decode_ms = _ms_since(started)
        started = time.perf_counter()
        with span("follow"):
            motion = self._finder.follow(frame)
        follow_ms = _ms_since(started)
        self._digest = digest
        if self._last is not None and motion.is_still:
            return self._repeat(self._last, decode_ms=decode_ms, follow_ms=follow_ms)
        return self._find(pipeline, frame, motion, decode_ms=decode_ms, follow_ms=follow_ms)

    def _find(
        self,
        pipeline: FramePipeline,
        frame: Frame,
        motion: Motion,
        *,
        decode_ms: float,
        follow_ms: float,
    ) -> Sight:
        # Whatever goes wrong from here on, the frame before is no measure for the next one.
        self._last = None
        self._tracker.begin(motion, frame)
        result = pipeline.run(frame, decode_ms, self._tracker.follow)
        links = self._tracker.finish(frame, result)
        timings = replace(result.timings, total_ms=result.timings.total_ms + follow_ms)
        self._last = replace(result, links=tuple(one.link for one in links), timings=timings)
        return Sight(self._last, links, False, follow_ms, self._tracker.saved_reads)

    def _repeat(self, last: FrameResult, *, decode_ms: float, follow_ms: float) -> Sight:
        links = self._tracker.repeat()
        timings = Timings(decode_ms, 0.0, 0.0, decode_ms + follow_ms)
        return Sight(replace(last, timings=timings), links, True, follow_ms, len(links))


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
