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
    from service.recognize import Recognizer
    from service.records import FrameResult, Strip, TextLine
    from service.runner import Runner

_BUCKETS_S = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.5)
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
        self._ocr_calls = self._counter("ocr_calls", "Strips read.")
        self._ocr_failures = self._counter("ocr_failures", "Strips whose reader failed.")
        self._request_seconds = self._histogram(
            "http_request_seconds", "From the first byte of a request to its answer.", "route"
        )
        self._stage_seconds = self._histogram(
            "stage_seconds", "Time in one stage of a frame; ocr: of one strip.", "stage"
        )
        self._model = self._gauge("model_info", "The model that is served.", "name", "version")
        self._queued = self._gauge("queue_depth", "Frames that wait for a worker.")
        self._running = self._gauge("frames_in_flight", "Frames that a worker is busy with.")

    def watch_runner(self, runner: Runner) -> None:
        """Read the depth of the queue from `runner` whenever somebody asks."""
        self._queued.set_function(lambda: runner.queued)
        self._running.set_function(lambda: runner.running)

    def show_model(self, name: str, version: int) -> None:
        """Say which model is served."""
        self._model.clear()
        self._model.labels(name, str(version)).set(1)

    def count_request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the path's template."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def count_failure(self, code: str) -> None:
        """Count a frame that was not answered."""
        self._frames.labels(code).inc()

    def count_result(self, result: FrameResult) -> None:
        """Count an answered frame and its links."""
        self._frames.labels("links" if result.links else "empty").inc()
        for link in result.links:
            self._links.labels(link.scheme if link.scheme in _SCHEMES else "other").inc()
        self.time_stage("decode", result.timings.decode_ms / 1000)
        self.time_stage("total", result.timings.total_ms / 1000)

    def time_stage(self, stage: str, seconds: float) -> None:
        """Note what one frame spent in one stage."""
        self._stage_seconds.labels(stage).observe(seconds)

    def time_read(self, seconds: float, *, is_failed: bool) -> None:
        """Count one strip that went to the reader."""
        self._ocr_calls.inc()
        self._ocr_failures.inc(is_failed)
        self.time_stage("ocr", seconds)

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

    def __init__(self, inner: Recognizer, metrics: Metrics) -> None:
        """Stand in front of `inner`."""
        self._inner = inner
        self._metrics = metrics

    def read(self, strip: Strip) -> TextLine:
        """Return what `inner` reads."""
        started = time.perf_counter()
        is_failed = True
        try:
            line = self._inner.read(strip)
            is_failed = False
        finally:
            self._metrics.time_read(time.perf_counter() - started, is_failed=is_failed)
        return line
