"""The outermost layer of a request: its id, its line in the log and its count."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import TYPE_CHECKING, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.metrics import Metrics

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

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Stand around `app` and count in `metrics`."""
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger("printlink.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = choose_request_id(Headers(scope=scope).get(HEADER, ""))
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 499

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if message["type"] in _STARTS:
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, watch)
            finally:
                if scope["type"] == "http":
                    self._note(scope, status=status, seconds=time.perf_counter() - started)

    def _note(self, scope: Scope, *, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "unmatched"))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count_request(route=route, method=method, status=status, seconds=seconds)
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


def choose_request_id(inbound: str) -> str:
    """Return the caller's id where it is well formed, else a new one."""
    return inbound if _WELL_FORMED.fullmatch(inbound) else uuid.uuid4().hex
