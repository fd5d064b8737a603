"""The outermost layer of a request: its id, its line in the log and its count."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders

from service.traces import describe, open_trace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.metrics import Metrics
    from service.traces import Traces

HEADER: Final = "X-Request-ID"
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Asked for every few seconds, by machines.
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_STARTS: Final = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessMiddleware:
    """Gives every request an id, sends it back, and writes one log line without path or query.

    The log has the template of the route, since a path is what a caller sends. A stream gets an id
    too, which its own log lines have.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces) -> None:
        """Stand around `app`, count in `metrics` and trace with `traces`."""
        self._app = app
        self._metrics = metrics
        self._traces = traces
        self._log = structlog.get_logger("printlink.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = choose_request_id(headers.get(HEADER, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 499

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if message["type"] in _STARTS:
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self._traces.follow(headers),
            _begin_trace(scope),
        ):
            try:
                await self._app(scope, receive, watch)
            finally:
                if scope["type"] == "http":
                    self._note(scope, status=status, seconds=time.perf_counter() - started)

    def _note(self, scope: Scope, *, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "unmatched"))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count_request(route=route, method=method, status=status, seconds=seconds)
        facts = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "printlink.request_id": scope["state"]["request_id"],
        }
        describe(facts, name=f"{method} {route}", is_failed=status >= 500)
        level = logging.DEBUG if route in _PROBES else logging.INFO
        self._log.log(
            level,
            "request",
            route=route,
            method=method,
            status=status,
            latency_ms=round(seconds * 1000, 1),
            code=scope["state"].get("error_code"),
        )


def _begin_trace(scope: Scope) -> AbstractContextManager[None]:
    """Begin the trace of a request that is no probe; a stream begins one for each frame."""
    is_worth_it = scope["type"] == "http" and scope["path"] not in _PROBES
    return open_trace(scope["method"]) if is_worth_it else nullcontext()


def choose_request_id(inbound: str) -> str:
    """Return the caller's id where it is well formed, else a new one."""
    return inbound if _WELL_FORMED.fullmatch(inbound) else uuid.uuid4().hex
