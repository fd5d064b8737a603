"""Everything that could be read in a frame, read once; then whoever asks for it gets just that.

Single frames and a stream are compared on the very same readings, which costs half of reading
twice, and each reading's price is known even where the stream spares it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from service.overlap import drop_covered

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.metrics import Metrics
    from service.pipeline import Follow, FramePipeline
    from service.records import Frame, FrameResult, Link, Prefix


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prefix came to, and how many strips went to a reader for it."""

    link: Link | None
    calls: int


@dataclass
class Recording:
    """All readings of one frame, and what the frame comes to by itself.

    It is a pipeline, too: of that frame, `calls` has what was asked for.
    """

    result: FrameResult
    readings: dict[Prefix, Reading]
    min_confidence: float
    calls: int = field(default=0, init=False)
    sees_colour: bool = field(default=False, init=False)

    @property
    def all_calls(self) -> int:
        """Strips that were read for the single frame."""
        return sum(reading.calls for reading in self.readings.values())

    def run(
        self,
        frame: Frame,
        decode_ms: float,
        follow: Follow | None = None,
        *,
        prefixes: tuple[Prefix, ...] | None = None,
    ) -> FrameResult:
        """Give each prefix to `follow` with what was read there."""
        del frame, decode_ms, prefixes
        if follow is None:
            return self.result
        found = [follow(prefix, self._reader_of(prefix)) for prefix in self.readings]
        sure = [link for link in found if link and link.confidence >= self.min_confidence]
        links = sorted(drop_covered(sure), key=lambda link: (link.prefix.box.top, link.box.left))
        return replace(self.result, links=tuple(links))

    def _reader_of(self, prefix: Prefix) -> Callable[[], Link | None]:
        def read() -> Link | None:
            reading = self.readings[prefix]
            self.calls += reading.calls
            return reading.link

        return read


def record_frame(
    pipeline: FramePipeline, frame: Frame, metrics: Metrics, *, min_confidence: float
) -> Recording:
    """Read all there is in a frame, one prefix after the other, so that calls can be counted."""
    readings: dict[Prefix, Reading] = {}
    lock = threading.Lock()

    def follow(prefix: Prefix, read: Callable[[], Link | None]) -> Link | None:
        with lock:
            before = count_reads(metrics)
            link = read()
            readings[prefix] = Reading(link, count_reads(metrics) - before)
        return link

    result = pipeline.run(frame, 0.0, follow)
    # Threads come in any order; a pipeline goes from left to right.
    ordered = dict(sorted(readings.items(), key=lambda item: item[0].box.left))
    return Recording(result, ordered, min_confidence)


def count_reads(metrics: Metrics) -> int:
    """Return the strips that went to any reader."""
    return sum(
        int(sample.value)
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "printlink_ocr_calls_total"
    )
