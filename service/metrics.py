"""What the service counts and times, for Prometheus; one registry for each app."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.recognize import Recognizer
    from service.records import FrameResult, Strip, TextLine
    from service.runner import Runner
    from service.watcher import Sight

_BUCKETS_S = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5)
# A frame that failed like this may have failed because of the detector.
_BLAMED = frozenset({"internal", "deadline_exceeded"})
_SCHEMES = frozenset({"https", "http", "ftp", "tcp"})


class Metrics:
    """All metrics of one app. Labels come from closed sets, never from what callers send."""

    def __init__(self) -> None:
        """Register every metric with a registry of its own."""
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = self._counter(
            "http_requests", "Requests answered.", "route", "method", "status"
        )
        self._frames = self._counter(
            "frames", "Frames by outcome: links, empty, or the code of the error.", "outcome"
        )
        self._links = self._counter("links", "Links found.", "scheme")
        self._ocr_calls = self._counter("ocr_calls", "Strips given to a recognizer.", "engine")
        self._ocr_failures = self._counter("ocr_failures", "Strips on which it failed.", "engine")
        self._request_seconds = self._histogram(
            "http_request_seconds", "From the first byte of a request to its answer.", "route"
        )
        self._stage_seconds = self._histogram(
            "stage_seconds", "Time in one stage of a frame; ocr: of one strip.", "stage"
        )
        self._model = self._gauge("model_info", "A detector that is served.", "name", "version")
        self._model_share = self._gauge(
            "model_share", "Share of the frames that go to this version.", "version"
        )
        self._model_frames = self._counter(
            "model_frames", "Frames by detector and outcome.", "version", "outcome"
        )
        self._model_links = self._counter("model_links", "Links found by detector.", "version")
        self._model_seconds = self._histogram(
            "model_frame_seconds", "Time in all stages of a frame, by detector.", "version"
        )
        self._models_refused = self._counter(
            "models_refused", "Versions that were no good, by why.", "reason"
        )
        self._reader = self._gauge("reader_info", "The network that reads.", "name", "version")
        self._streams = self._gauge("streams_open", "Streams that are open.")
        self._stream_ends = self._counter("streams", "Streams that ended, by why.", "end")
        self._stream_frames = self._counter(
            "stream_frames", "Frames of streams by outcome.", "outcome"
        )
        self._drops = self._counter(
            "stream_dropped_frames",
            "Frames dropped for newer ones, by what held them up.",
            "reason",
        )
        self._age_seconds = self._histogram(
            "stream_age_seconds", "From the arrival of a stream's frame to its answer."
        )
        self._saved_reads = self._counter("ocr_calls_saved", "Links known from frames before.")
        self._auth_failures = self._counter("auth_failures", "Callers without a valid key.")
        self._rate_limited = self._counter("rate_limited", "Frames held up by a key's limit.")
        self._queued = self._gauge("queue_depth", "Frames that wait for a worker.")
        self._running = self._gauge("frames_in_flight", "Frames that a worker is busy with.")

    def watch_runner(self, runner: Runner) -> None:
        """Read the depth of the queue from `runner` whenever somebody asks."""
        self._queued.set_function(lambda: runner.queued)
        self._running.set_function(lambda: runner.running)

    def show_models(self, name: str, shares: Mapping[int, float]) -> None:
        """Say which versions of the detector are served, and the share of the frames of each."""
        self._model.clear()
        self._model_share.clear()
        for version, share in shares.items():
            self._model.labels(name, str(version)).set(1)
            self._model_share.labels(str(version)).set(share)

    def count_model_refused(self, reason: str) -> None:
        """Count a version of the detector that was no good."""
        self._models_refused.labels(reason).inc()

    def show_reader(self, name: str, version: int) -> None:
        """Say which network reads strips."""
        self._reader.clear()
        self._reader.labels(name, str(version)).set(1)

    def count_request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the path's template."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def count_failure(self, code: str, version: int | None = None) -> None:
        """Count a frame that was not answered, though it was sent to `version` of the detector."""
        self._frames.labels(code).inc()
        if version is not None and code in _BLAMED:
            self._model_frames.labels(str(version), code).inc()

    def count_result(self, result: FrameResult) -> None:
        """Count an answered frame and its links."""
        outcome, version = "links" if result.links else "empty", str(result.model_version)
        self._frames.labels(outcome).inc()
        self._model_frames.labels(version, outcome).inc()
        self._model_links.labels(version).inc(len(result.links))
        self._model_seconds.labels(version).observe(result.timings.total_ms / 1000)
        for link in result.links:
            self._links.labels(link.scheme if link.scheme in _SCHEMES else "other").inc()
        self.time_stage("decode", result.timings.decode_ms / 1000)
        self.time_stage("total", result.timings.total_ms / 1000)

    def time_stage(self, stage: str, seconds: float) -> None:
        """Note what one frame spent in one stage."""
        self._stage_seconds.labels(stage).observe(seconds)

    def time_read(self, seconds: float, *, engine: str, is_failed: bool) -> None:
        """Count one strip that went to the recognizer called `engine`."""
        self._ocr_calls.labels(engine).inc()
        self._ocr_failures.labels(engine).inc(is_failed)
        self.time_stage("ocr", seconds)

    def watch_streams(self, count: Callable[[], int]) -> None:
        """Ask `count` for the number of open streams whenever somebody asks."""
        self._streams.set_function(count)

    def count_stream_end(self, reason: str) -> None:
        """Count a stream that ended."""
        self._stream_ends.labels(reason).inc()

    def count_stream_answer(self, sight: Sight, *, age_s: float) -> None:
        """Count a frame of a stream that was answered."""
        followed = "followed" if sight.is_followed else "result"
        self._stream_frames.labels("unchanged" if sight.is_unchanged else followed).inc()
        self._saved_reads.inc(sight.saved_reads)
        self._age_seconds.observe(age_s)

    def count_stream_error(self) -> None:
        """Count an error that a stream was told."""
        self._stream_frames.labels("error").inc()

    def count_drop(self, reason: str) -> None:
        """Count a frame of a stream that a newer one displaced."""
        self._drops.labels(reason).inc()

    def count_auth_failure(self) -> None:
        """Count a caller without a valid key."""
        self._auth_failures.inc()

    def count_rate_limited(self) -> None:
        """Count a frame that a key's limit held up."""
        self._rate_limited.inc()

    def render(self) -> bytes:
        """Return everything in Prometheus' text form."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"printlink_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"printlink_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(
            f"printlink_{name}", text, labels, registry=self.registry, buckets=_BUCKETS_S
        )


class MeteredRecognizer:
    """A recognizer that counts and times the strips on their way to another one."""

    def __init__(self, inner: Recognizer, metrics: Metrics, *, engine: str) -> None:
        """Stand in front of `inner`, which is counted as `engine`."""
        self._inner = inner
        self._metrics = metrics
        self._engine = engine

    def read(self, strip: Strip) -> TextLine:
        """Return what `inner` reads."""
        started = time.perf_counter()
        is_failed = True
        try:
            line = self._inner.read(strip)
            is_failed = False
        finally:
            seconds = time.perf_counter() - started
            self._metrics.time_read(seconds, engine=self._engine, is_failed=is_failed)
        return line
