"""Traces: a span for each request and each frame of a stream, and for the stages inside it.

The only file that knows OpenTelemetry, which is loaded only where the settings ask for it. FastAPI
can trace by itself, but its spans have paths and query strings, and one for a whole stream.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import structlog

from service.errors import TracesMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

    from service.settings import TraceSettings

# A stop waits for no collector longer than this.
_SEND_S: Final = 3.0
_OFF: Final[AbstractContextManager[None]] = nullcontext()
# Ambient, like the id of a request in the log: a stage should not be handed what it does not need.
_tracer: Final[ContextVar[Tracer | None]] = ContextVar("tracer", default=None)


def open_traces(settings: TraceSettings) -> Traces:
    """Return what the settings ask for: nothing, or spans that are sent to their collector.

    Raises `TracesMissingError`.
    """
    if not settings.endpoint:
        return Traces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415
    except ImportError as error:
        raise TracesMissingError(
            "PRINTLINK_TRACE__ENDPOINT asks for traces, but OpenTelemetry is not installed: "
            "install printlink[otel], or unset it"
        ) from error
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(settings.sample_ratio),
        resource=Resource.create({"service.name": "printlink", "service.version": _version()}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(settings.endpoint, timeout=_SEND_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Traces(provider)


class Traces:
    """The traces of one app; without a provider there are none, which costs next to nothing."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Let `provider` have the spans."""
        self._provider = provider
        self._tracer = provider.get_tracer("printlink", _version()) if provider else None

    def follow(self, headers: Mapping[str, str]) -> AbstractContextManager[None]:
        """Trace what the `with` block does, below the caller's span if `headers` name one."""
        return _OFF if self._tracer is None else _follow(self._tracer, headers)

    def close(self) -> None:
        """Send what has not been sent; may take as long as the collector may."""
        if self._provider is not None:
            self._provider.shutdown()


def open_trace(name: str) -> AbstractContextManager[None]:
    """Begin the span of a request or of a frame, whose ids the log lines inside have, too."""
    tracer = _tracer.get()
    return _OFF if tracer is None else _open_trace(tracer, name)


def span(name: str) -> AbstractContextManager[object]:
    """Time a part of the request or frame that is traced here, if one is."""
    tracer = _tracer.get()
    return _OFF if tracer is None else _start(tracer, name)


def describe(
    facts: Mapping[str, str | int | float], *, name: str | None = None, is_failed: bool = False
) -> None:
    """Add facts to the span that is open here, if one is, and maybe give it another name."""
    if _tracer.get() is None:
        return
    from opentelemetry.trace import StatusCode, get_current_span  # noqa: PLC0415

    current = get_current_span()
    current.set_attributes(dict(facts))
    if name is not None:
        current.update_name(name)
    if is_failed:
        current.set_status(StatusCode.ERROR)


@contextmanager
def _follow(tracer: Tracer, headers: Mapping[str, str]) -> Iterator[None]:
    from opentelemetry.context import attach, detach  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    known = attach(TraceContextTextMapPropagator().extract(headers))
    token = _tracer.set(tracer)
    try:
        yield
    finally:
        _tracer.reset(token)
        detach(known)


@contextmanager
def _open_trace(tracer: Tracer, name: str) -> Iterator[None]:
    with _start(tracer, name, is_entry=True) as opened:
        ids = opened.get_span_context()
        trace_id, span_id = f"{ids.trace_id:032x}", f"{ids.span_id:016x}"
        with structlog.contextvars.bound_contextvars(trace_id=trace_id, span_id=span_id):
            yield


def _start(tracer: Tracer, name: str, *, is_entry: bool = False) -> AbstractContextManager[Span]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415

    # The message of an exception may quote what was read.
    return tracer.start_as_current_span(
        name,
        kind=SpanKind.SERVER if is_entry else SpanKind.INTERNAL,
        record_exception=False,
        set_status_on_exception=False,
    )


def _version() -> str:
    return version("printlink")
