"""Errors as clients see them: RFC 9457 problem documents, for ours and for the framework's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from service.answers import Problem
from service.errors import (
    BodyTimeoutError,
    BodyTooLargeError,
    CapacityError,
    InternalError,
    MethodError,
    PrintlinkError,
    RequestError,
    RouteMissingError,
    UnauthorizedError,
    ValidationFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE: Final = "application/problem+json"

STATUS_ERRORS: Final[dict[int, PrintlinkError]] = {
    404: RouteMissingError("nothing is served under this path; /docs lists what is"),
    405: MethodError("the path exists for other methods; the Allow header names them"),
    413: BodyTooLargeError("the body has more bytes than the service takes"),
}


class ProblemMiddleware:
    """Turns what nobody expected into a problem document, and its trace into a log entry."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around `app`."""
        self._app = app
        self._log = structlog.get_logger("printlink")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; answer with 500 where it failed before it answered."""
        is_started = False

        async def watch(message: Message) -> None:
            nonlocal is_started
            is_started = is_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or is_started:
                raise
            self._log.exception("internal_error", exc_info=error)
            response = render_problem(InternalError(""), request_id_of(scope))
            await response(scope, receive, send)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error that a route or the router raises with a problem document."""
    app.add_middleware(ProblemMiddleware)
    for kind in (PrintlinkError, HTTPException, RequestValidationError, ClientDisconnect):
        app.add_exception_handler(kind, _handle)


def translate_error(error: Exception) -> PrintlinkError:
    """Return `error` as one of ours."""
    if isinstance(error, PrintlinkError):
        return error
    if isinstance(error, RequestValidationError):
        return ValidationFailedError(_describe_fields(error))
    if isinstance(error, ClientDisconnect):
        return RequestError("the body ended early")
    if isinstance(error, HTTPException) and error.status_code in STATUS_ERRORS:
        return STATUS_ERRORS[error.status_code]
    if isinstance(error, HTTPException) and error.status_code < 500:
        return RequestError("the request cannot be understood")
    return InternalError("")


def render_problem(
    error: PrintlinkError, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `error` as a response."""
    problem = describe_problem(error, request_id)
    response = Response(
        problem.model_dump_json(), error.status, headers=headers, media_type=MEDIA_TYPE
    )
    if isinstance(error, CapacityError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, BodyTimeoutError):
        # What is still to come would be taken for the next request.
        response.headers["Connection"] = "close"
    if isinstance(error, UnauthorizedError):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def describe_problem(error: PrintlinkError, request_id: str) -> Problem:
    """Return `error` as clients see it; what an internal error says stays with us."""
    is_ours = isinstance(error, InternalError)
    return Problem(
        type=f"urn:printlink:error:{error.code}",
        title=error.title,
        status=error.status,
        detail=f"it is logged under the id {request_id}" if is_ours else error.detail,
        code=error.code,
        request_id=request_id,
    )


def request_id_of(scope: Scope) -> str:
    """Return the id that the access log gave the request."""
    return str(scope.get("state", {}).get("request_id", ""))


async def _handle(request: Request, error: Exception) -> Response:
    problem = translate_error(error)
    request.scope.setdefault("state", {})["error_code"] = problem.code
    if isinstance(problem, InternalError):
        structlog.get_logger("printlink").error("internal_error", exc_info=error)
    headers = error.headers if isinstance(error, HTTPException) else None
    return render_problem(problem, request_id_of(request.scope), headers)


def _describe_fields(error: RequestValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
        for found in error.errors()
    )
