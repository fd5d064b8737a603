"""The server process: uvicorn round the app, with a drain before it stops."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import structlog
import uvicorn

from service.app import create_app
from service.assembly import build_pipeline
from service.errors import ListenError

if TYPE_CHECKING:
    from types import FrameType

    from service.engine import BuildPipeline, Engine
    from service.settings import ServerSettings, Settings


class DrainingServer(uvicorn.Server):
    """A server that on the first signal says not ready, goes on for a while, and then stops.

    uvicorn itself closes the port at once, while load balancers still send requests.
    """

    def __init__(self, config: uvicorn.Config, engine: Engine, *, drain_s: float) -> None:
        """Drain `engine` for `drain_s` seconds before stopping."""
        super().__init__(config)
        self.engine = engine
        self._drain_s = drain_s
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """Drain on the first signal, stop whatever is under way on the second."""
        self.engine.drain()
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self._drain_s
        else:
            self.should_exit = self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to stop; called ten times a second."""
        is_drained = self._stop_at is not None and time.monotonic() >= self._stop_at
        if is_drained or self.engine.failure is not None:
            self.should_exit = True
        return await super().on_tick(counter)


def run_server(settings: Settings, *, build: BuildPipeline = build_pipeline) -> None:
    """Serve until a signal comes; raises a `StartupError` where that cannot even begin."""
    with bind_socket(settings.server) as listener:
        server = create_server(settings, build=build)
        host, port = listener.getsockname()[:2]
        structlog.get_logger("printlink").info("listening", host=host, port=port)
        server.run(sockets=[listener])
    if server.engine.failure is not None:
        raise server.engine.failure


def create_server(settings: Settings, *, build: BuildPipeline = build_pipeline) -> DrainingServer:
    """Return a server that stops by itself where the models cannot be loaded."""
    app = create_app(settings, build=build)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.server.stop_timeout_s,
    )
    return DrainingServer(config, app.state.engine, drain_s=settings.server.drain_s)


def bind_socket(settings: ServerSettings) -> socket.socket:
    """Take the port; raises `ListenError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ListenError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror}); "
            "choose another with --host and --port"
        ) from error
    return listener
