"""The HTTP application: `create_app` builds it, its lifespan loads the models."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from service.access import HEADER as REQUEST_ID_HEADER
from service.access import AccessMiddleware
from service.api import create_api_router
from service.assembly import build_pipeline
from service.engine import Engine
from service.guard import KEY_HEADER, Guard
from service.health import create_health_router
from service.metrics import Metrics
from service.page import create_page_router
from service.problems import install_problem_handlers
from service.stream import StreamDoor, create_stream_router
from service.streams import Streams
from service.traces import open_traces
from service.web_models import create_web_models_router

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fastapi.telemetry import TelemetryConfig

    from service.engine import BuildPipeline
    from service.settings import Settings
    from service.traces import Traces

# FastAPI's own, which sends paths, query strings and the messages of exceptions.
_NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}


def create_app(
    settings: Settings, *, build: BuildPipeline = build_pipeline, traces: Traces | None = None
) -> FastAPI:
    """Build the app; nothing is loaded before its lifespan begins.

    The lifespan ends its first half at once and loads behind it, so that `/healthz` answers while
    `/readyz` says not yet; `app.state.engine` tells where loading failed, `app.state.streams` has
    the open streams. `traces` are those that the settings ask for, unless they are given. Raises
    `KeysFileError` or `TracesMissingError`.
    """
    metrics = Metrics()
    traces = traces or open_traces(settings.trace)
    guard = Guard(settings.access, metrics)
    engine = Engine(settings, metrics, build=build)
    streams = Streams(settings.stream.max_streams)
    metrics.watch_streams(lambda: streams.count)
    door = StreamDoor(settings, engine=engine, guard=guard, streams=streams, metrics=metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        engine.start()
        yield
        streams.stop()
        engine.close()
        await asyncio.to_thread(traces.close)

    app = FastAPI(
        title="printlink",
        summary="Makes printed links clickable.",
        version=version("printlink"),
        lifespan=lifespan,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    app.state.engine = engine
    app.state.streams = streams
    app.include_router(create_api_router(settings, engine, guard))
    app.include_router(create_stream_router(door))
    app.include_router(create_health_router(engine, metrics))
    app.include_router(create_web_models_router(engine, settings.detect))
    app.include_router(create_page_router())
    _add_layers(app, settings, metrics=metrics, traces=traces)
    return app


def _add_layers(app: FastAPI, settings: Settings, *, metrics: Metrics, traces: Traces) -> None:
    """Put round the routes what every answer goes through, from the inside out."""
    install_problem_handlers(app)
    if settings.access.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.access.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                KEY_HEADER,
                REQUEST_ID_HEADER,
                "Traceparent",
            ],
            expose_headers=["Retry-After", REQUEST_ID_HEADER],
        )
    app.add_middleware(AccessMiddleware, metrics=metrics, traces=traces)
