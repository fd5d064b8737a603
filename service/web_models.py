"""The routes under `/models`: the served detector as browsers can run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from model_store import WEB_FOLDER
from service.answers import WebModelAnswer
from service.errors import RouteMissingError
from service.page import FOREVER, HEADERS

if TYPE_CHECKING:
    from service.engine import Engine
    from service.settings import DetectSettings
    from service.web_model import WebFile


def create_web_models_router(engine: Engine, settings: DetectSettings) -> APIRouter:
    """Return the routes, open to everybody as the page is."""
    router = APIRouter(prefix="/models")

    @router.get("/current")
    async def current(response: Response) -> WebModelAnswer:
        """Tell where the detector for browsers is, and what of it counts."""
        response.headers["Cache-Control"] = "no-cache"
        web = engine.served.web if engine.served else None
        return WebModelAnswer(
            path=web.path if web else None,
            min_score=settings.min_score,
            max_prefixes=settings.max_prefixes,
        )

    @router.api_route(
        f"/{{name}}/{{version}}/{WEB_FOLDER}/{{file:path}}",
        methods=["GET", "HEAD"],
        include_in_schema=False,
    )
    async def web_file(name: str, version: str, file: str, request: Request) -> Response:
        found = find_file(engine, f"models/{name}/{version}/{WEB_FOLDER}/", file)
        headers = {**HEADERS, "Cache-Control": FOREVER, "ETag": f'"{found.sha256}"'}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found.data, headers=headers, media_type=found.media_type)

    return router


def find_file(engine: Engine, path: str, name: str) -> WebFile:
    """Return a file of a version that is served; raises `RouteMissingError`."""
    for served in engine.lineup.members if engine.lineup else ():
        if served.web is not None and served.web.path == path and name in served.web.files:
            return served.web.files[name]
    raise RouteMissingError("no such file of a detector that is served; ask /models/current")
