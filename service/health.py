"""The routes for operators: alive, ready, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.answers import HealthAnswer
from service.errors import NotReadyError

if TYPE_CHECKING:
    from service.engine import Engine
    from service.metrics import Metrics


def create_health_router(engine: Engine, metrics: Metrics) -> APIRouter:
    """Return the routes that tell how `engine` is."""
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> HealthAnswer:
        """Answer as long as the process is worth keeping."""
        return HealthAnswer(status="alive")

    @router.get("/readyz")
    async def ready() -> HealthAnswer:
        """Answer 200 while frames are answered: model loaded and warm, not draining."""
        if not engine.is_ready:
            raise NotReadyError("the model is loading or the service is stopping")
        return HealthAnswer(status="ready")

    @router.get("/metrics", include_in_schema=False)
    def show_metrics() -> Response:
        return Response(metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
