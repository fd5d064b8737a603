"""What one stream has seen: each frame is looked at in the light of those before it."""

from __future__ import annotations

import hashlib
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from service.decode import decode_frame
from service.lookout import Lookout
from service.motion import MotionFinder
from service.records import Timings
from service.thumb import decode_thumb
from service.traces import span
from service.tracks import Tracker

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from service.leisure import Leisure
    from service.motion import Motion
    from service.pipeline import FramePipeline
    from service.records import FrameResult, Link
    from service.settings import DecodeSettings, StreamSettings
    from service.thumb import Thumb
    from service.tracks import TrackedLink

# Beside a stream whose links are not sure yet, one where all are leaves it most of the looks.
_SETTLED_WEIGHT: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class Sight:
    """What became of one frame.

    `is_followed` says that the links were carried along and nobody looked for others, `follow_ms`
    was spent on finding the motion, `saved_reads` are the links that needed no reading.
    """

    result: FrameResult
    links: tuple[TrackedLink, ...]
    is_unchanged: bool
    is_followed: bool
    follow_ms: float
    saved_reads: int


class Glance(NamedTuple):
    """What is known of a frame before anybody looks at it, and what that cost."""

    thumb: Thumb
    motion: Motion
    decode_ms: float
    follow_ms: float


class Watcher:
    """Looks at the frames of one stream, one after the other."""

    def __init__(self, decode: DecodeSettings, stream: StreamSettings, leisure: Leisure) -> None:
        """Have seen nothing; `leisure` says when there is time to look at what could wait."""
        self._decode = decode
        self._leisure = leisure
        self._finder = MotionFinder()
        self._lookout = Lookout(stream)
        self._tracker = Tracker(stream)
        self._digest = b""
        self._last: FrameResult | None = None

    def look(self, pipeline: FramePipeline, data: bytes, *, now_s: float) -> Sight:
        """Find the links of one picture; raises a `CallerError` or an `InternalError`.

        `now_s` is when the frame came, by a clock that never goes back. Where nothing new is to be
        expected, no stage runs and the frame is decoded but small; of one with the same bytes as
        the one before, not even that.
        """
        started = time.perf_counter()
        digest = hashlib.blake2b(data).digest()
        if self._last is not None and digest == self._digest:
            return self._repeat(self._last, decode_ms=0.0, follow_ms=_ms_since(started))
        glance = self._glance(data)
        self._digest = digest
        if self._last is not None and glance.motion.is_still:
            return self._repeat(self._last, decode_ms=glance.decode_ms, follow_ms=glance.follow_ms)
        with self._take_time(now_s) as has_time:
            if self._last is None or has_time:
                return self._find(pipeline, data, glance, now_s=now_s)
        return self._carry(self._last, glance)

    def _glance(self, data: bytes) -> Glance:
        started = time.perf_counter()
        with span("decode"):
            thumb = decode_thumb(data, self._decode)
        decode_ms = _ms_since(started)
        started = time.perf_counter()
        with span("follow"):
            motion = self._finder.follow(thumb)
            self._lookout.follow(motion, thumb)
        return Glance(thumb, motion, decode_ms, _ms_since(started))

    def _take_time(self, now_s: float) -> AbstractContextManager[bool]:
        """Take the time for a look where it is worth it, and there is some or it must be."""
        is_settled = self._tracker.is_settled
        pause_s = self._leisure.share(self, weight=_SETTLED_WEIGHT if is_settled else 1.0)
        if self._last is None or self._lookout.must_look(now_s):
            return self._leisure.insist()
        if self._lookout.may_look(now_s, pause_s=pause_s, is_settled=is_settled):
            return self._leisure.ask()
        return nullcontext(False)

    def _find(self, pipeline: FramePipeline, data: bytes, glance: Glance, *, now_s: float) -> Sight:
        # Whatever goes wrong from here on, the frame before is no measure for the next one.
        self._last = None
        started = time.perf_counter()
        with span("decode"):
            frame = decode_frame(data, self._decode, in_colour=pipeline.sees_colour)
        decode_ms = glance.decode_ms + _ms_since(started)
        self._tracker.begin(glance.motion, frame)
        result = pipeline.run(frame, decode_ms, self._tracker.follow)
        links = self._tracker.finish(result)
        self._lookout.note_look(now_s)
        timings = replace(result.timings, total_ms=result.timings.total_ms + glance.follow_ms)
        self._last = replace(result, links=_links_of(links), timings=timings)
        return Sight(
            self._last,
            links,
            is_unchanged=False,
            is_followed=False,
            follow_ms=glance.follow_ms,
            saved_reads=self._tracker.saved_reads,
        )

    def _carry(self, last: FrameResult, glance: Glance) -> Sight:
        links = self._tracker.carry(glance.motion)
        spent = Timings(glance.decode_ms, 0.0, 0.0, glance.decode_ms + glance.follow_ms)
        self._last = replace(last, links=_links_of(links), timings=spent, prefixes=())
        return Sight(
            self._last,
            links,
            is_unchanged=False,
            is_followed=True,
            follow_ms=glance.follow_ms,
            saved_reads=len(links),
        )

    def _repeat(self, last: FrameResult, *, decode_ms: float, follow_ms: float) -> Sight:
        links = self._tracker.repeat()
        timings = Timings(decode_ms, 0.0, 0.0, decode_ms + follow_ms)
        return Sight(
            replace(last, timings=timings),
            links,
            is_unchanged=True,
            is_followed=False,
            follow_ms=follow_ms,
            saved_reads=len(links),
        )


def _links_of(shown: tuple[TrackedLink, ...]) -> tuple[Link, ...]:
    return tuple(one.link for one in shown)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
