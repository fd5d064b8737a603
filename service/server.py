"""The server process: uvicorn round the app, with a drain before it stops."""

from __future__ import annotations

import ipaddress
import math
import socket
import time
from typing import TYPE_CHECKING

import structlog
import uvicorn

from service.app import create_app
from service.assembly import build_pipeline
from service.errors import ListenError, OpenAccessError
from service.patience import limit_patience

if TYPE_CHECKING:
    from types import FrameType

    from service.engine import BuildPipeline, Engine
    from service.settings import ServerSettings, Settings
    from service.streams import Streams


class DrainingServer(uvicorn.Server):
    """A server that on the first signal says not ready, goes on for a while, and then stops.

    uvicorn itself closes the port at once, while load balancers still send requests, and cuts off
    streams in the middle of an answer.
    """

    def __init__(
        self, config: uvicorn.Config, engine: Engine, streams: Streams, settings: ServerSettings
    ) -> None:
        """Drain `engine` for a while, then end `streams`, before stopping."""
        super().__init__(config)
        self.engine = engine
        self._streams = streams
        self._settings = settings
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """Drain on the first signal, stop whatever is under way on the second."""
        self.engine.drain()
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self._settings.drain_s
        else:
            self.should_exit = self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to stop; called ten times a second."""
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            self._end_streams(time.monotonic() - self._stop_at)
        if self.engine.failure is not None:
            self.should_exit = True
        return await super().on_tick(counter)

    def _end_streams(self, waited_s: float) -> None:
        """Let the streams end in peace, and give the requests what time is left after that."""
        self._streams.stop()
        left_s = self._settings.stop_timeout_s - waited_s
        self.should_exit = self.should_exit or not self._streams.count or left_s <= 0
        self.config.timeout_graceful_shutdown = max(1, math.ceil(left_s))


def run_server(settings: Settings, *, build: BuildPipeline = build_pipeline) -> None:
    """Serve until a signal comes; raises a `StartupError` where that cannot even begin."""
    check_access(settings)
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
        http=limit_patience(settings.server.receive_timeout_s),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.server.stop_timeout_s,
        ws="websockets-sansio",
        ws_max_size=settings.decode.max_bytes,
        ws_per_message_deflate=False,
    )
    return DrainingServer(config, app.state.engine, app.state.streams, settings.server)


def check_access(settings: Settings) -> None:
    """Raise `OpenAccessError` where the network could call without a key and nobody allowed it."""
    access, host = settings.access, settings.server.host
    if access.keys_file is None and not access.allow_anyone and not is_loopback(host):
        raise OpenAccessError(
            f"listening on {host} would let anybody call: set PRINTLINK_ACCESS__KEYS_FILE and make "
            "a key with `printlink keys add NAME`, or set PRINTLINK_ACCESS__ALLOW_ANYONE=true"
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind_socket(settings: ServerSettings) -> socket.socket:
    """Take the port; raises `ListenError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it. asyncio would set it for sockets of its own making only, and then an
    # answer's body waits 40 ms until the caller has acknowledged its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Of a caller that takes nothing any more, the kernel alone can free the connection.
        timeout_ms = settings.send_timeout_s * 1000
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ListenError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror}); "
            "choose another with --host and --port"
        ) from error
    return listener
