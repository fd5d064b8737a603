"""The HTTP application: `create_app` builds it, its lifespan loads the models."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI

from service.access import AccessMiddleware
from service.api import create_api_router
from service.assembly import build_pipeline
from service.engine import Engine
from service.health import create_health_router
from service.metrics import Metrics
from service.problems import install_problem_handlers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from service.engine import BuildPipeline
    from service.settings import Settings


def create_app(settings: Settings, *, build: BuildPipeline = build_pipeline) -> FastAPI:
    """Build the app; nothing is loaded before its lifespan begins.

    The lifespan ends its first half at once and loads behind it, so that `/healthz` answers while
    `/readyz` says not yet; `app.state.engine` tells where loading failed.
    """
    metrics = Metrics()
    engine = Engine(settings, metrics, build=build)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        engine.start()
        yield
        engine.close()

    app = FastAPI(
        title="printlink",
        summary="Makes printed links clickable.",
        version=version("printlink"),
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.engine = engine
    app.include_router(create_api_router(settings, engine))
    app.include_router(create_health_router(engine, metrics))
    install_problem_handlers(app)
    app.add_middleware(AccessMiddleware, metrics=metrics)
    return app
