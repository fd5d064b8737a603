"""The routes under `/v1`: frames in, links out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from service.accept import choose_media_type
from service.answers import (
    CanaryAnswer,
    DetectAnswer,
    ModelAnswer,
    ModelsAnswer,
    Problem,
    answer_frame,
)
from service.cutouts import Layout
from service.decode import MEDIA_TYPES
from service.draw import encode_annotated
from service.guard import secret_in
from service.models import open_store
from service.problems import MEDIA_TYPE as PROBLEM_TYPE
from service.upload import (
    CUTOUTS,
    FIELD,
    FORM,
    LAYOUT,
    SKETCH,
    read_cut_page,
    read_frame_bytes,
)

if TYPE_CHECKING:
    from service.engine import Engine
    from service.guard import Guard
    from service.lineup import Lineup
    from service.records import Frame, FrameResult
    from service.settings import Settings
    from service.versions import Served

_JSON: Final = "application/json"
_JPEG: Final = "image/jpeg"
_PICTURE: Final = {"schema": {"type": "string", "format": "binary"}}
_REQUEST_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        **dict.fromkeys(MEDIA_TYPES, _PICTURE),
        FORM: {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {FIELD: {"type": "string", "format": "binary"}},
            }
        },
    },
}
_CUT_PAGE_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": [LAYOUT, CUTOUTS],
                "properties": {
                    LAYOUT: {
                        "type": "string",
                        "contentMediaType": _JSON,
                        "contentSchema": Layout.model_json_schema(),
                        "description": "Where the parts of the picture belong, and the prefixes.",
                    },
                    CUTOUTS: {
                        "type": "string",
                        "format": "binary",
                        "description": "One picture that holds all the parts of the page.",
                    },
                    SKETCH: {
                        "type": "string",
                        "format": "binary",
                        "description": "A small picture of the whole page, dark where it has ink: "
                        "columns are told by the gutters in it, and nothing is read from it.",
                    },
                },
            }
        },
    },
}


def create_api_router(settings: Settings, engine: Engine, guard: Guard) -> APIRouter:
    """Return the routes that answer with `engine` whom `guard` lets in."""

    async def admit(request: Request) -> None:
        request.state.caller = guard.admit(secret_in(request.headers))

    router = APIRouter(prefix="/v1", dependencies=[Depends(admit)])

    @router.post(
        "/detect",
        response_model=DetectAnswer,
        responses={200: {"content": {_JPEG: _PICTURE}}, **describe_problems()},
        openapi_extra={"requestBody": _REQUEST_BODY},
    )
    async def detect(request: Request) -> Response:
        """Find the printed links in one picture."""
        guard.charge_request(request.state.caller)
        media_type = choose_media_type(request.headers.get("accept", ""), (_JSON, _JPEG))
        is_drawn = media_type == _JPEG
        finish = encode_annotated if is_drawn else _encode_json
        data = await read_frame_bytes(
            request,
            max_bytes=settings.decode.max_bytes,
            timeout_s=settings.server.receive_timeout_s,
        )
        answer = await engine.answer(data, finish, in_colour=is_drawn)
        return Response(answer, media_type=media_type)

    @router.post(
        "/read",
        response_model=DetectAnswer,
        responses=describe_problems(),
        openapi_extra={"requestBody": _CUT_PAGE_BODY},
    )
    async def read(request: Request) -> Response:
        """Read the links of a page of which the client itself found the prefixes."""
        guard.charge_request(request.state.caller)
        media_type = choose_media_type(request.headers.get("accept", ""), (_JSON,))
        page = await read_cut_page(request, settings)
        return Response(await engine.read(page, _encode_json), media_type=media_type)

    @router.get("/models")
    def models() -> ModelsAnswer:
        """List the models in the store and the one that is served."""
        return ModelsAnswer(
            served=_answer_served(engine.served),
            canary=_answer_canary(engine.lineup),
            reader=_answer_reader(engine.served),
            models=[
                ModelAnswer(name=model.name, version=model.version)
                for model in open_store(settings.model).list()
            ],
        )

    return router


def describe_problems() -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of every error that a frame may meet."""
    problem = {PROBLEM_TYPE: {"schema": Problem.model_json_schema()}}
    return {
        status: {"description": text, "content": problem}
        for status, text in {
            400: "The body is empty, malformed or lacks the frame",
            401: "No key, or one that is not known",
            406: "No answer in an accepted type",
            408: "The body does not arrive",
            413: "Too many bytes or pixels",
            415: "Not a JPEG, PNG or WebP picture",
            422: "Damaged or too small",
            429: "Too many frames wait, or the key's are used up; see Retry-After",
            500: "Our fault; the id is in the log",
            503: "Loading or stopping; see Retry-After",
            504: "The frame took too long",
        }.items()
    }


def _encode_json(_: Frame, result: FrameResult) -> bytes:
    return answer_frame(result).model_dump_json().encode()


def _answer_served(served: Served | None) -> ModelAnswer | None:
    if served is None:
        return None
    return ModelAnswer(name=served.model_name, version=served.model_version)


def _answer_canary(lineup: Lineup | None) -> CanaryAnswer | None:
    if lineup is None or lineup.canary is None:
        return None
    name, version = lineup.canary.model_name, lineup.canary.model_version
    return CanaryAnswer(name=name, version=version, percent=lineup.canary_percent)


def _answer_reader(served: Served | None) -> ModelAnswer | None:
    if served is None or not served.reader_name:
        return None
    return ModelAnswer(name=served.reader_name, version=served.reader_version)
