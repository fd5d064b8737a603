"""Errors of the framework become ours, one by one, from a table."""

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.errors import (
    BodyTooLargeError,
    DeadlineError,
    FrameEmptyError,
    InternalError,
    MethodError,
    RequestError,
    RouteMissingError,
    ValidationFailedError,
)
from service.problems import ProblemMiddleware, render_problem, translate_error


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        (HTTPException(404), RouteMissingError),
        (HTTPException(405), MethodError),
        (HTTPException(413), BodyTooLargeError),
        (HTTPException(400), RequestError),
        (HTTPException(503), InternalError),
        (RequestValidationError([]), ValidationFailedError),
        (ClientDisconnect(), RequestError),
        (ZeroDivisionError(), InternalError),
        (FrameEmptyError(""), FrameEmptyError),
    ],
)
def test_every_error_of_the_framework_has_one_of_ours(foreign, ours):
    assert type(translate_error(foreign)) is ours


def test_a_wrong_parameter_is_named():
    error = RequestValidationError([{"loc": ("query", "limit"), "msg": "too small"}])
    assert translate_error(error).detail == "query.limit: too small"


def test_capacity_says_when_to_come_back():
    response = render_problem(DeadlineError("late", retry_after_s=2), "r1")
    assert (response.status_code, response.headers["retry-after"]) == (504, "2")


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "is_started"), [("http", True), ("websocket", False)])
async def test_a_failure_that_cannot_be_answered_is_raised(kind, is_started):
    async def fail(scope, receive, send):
        if is_started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    async def send(message):
        assert message["type"] == "http.response.start"

    with pytest.raises(ZeroDivisionError):
        await ProblemMiddleware(fail)({"type": kind}, None, send)
