"""The route `/v1/stream`: who may open a stream, and what a client is told when it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from service.errors import CallerError, CapacityError, NotReadyError, OriginError, UnauthorizedError
from service.guard import PROTOCOL, secret_in, secret_offered
from service.messages import Auth, ErrorAnswer, parse_demand
from service.problems import describe_problem, render_problem, request_id_of
from service.session import GONE, Ending, StreamSession

if TYPE_CHECKING:
    from service.engine import Engine
    from service.guard import Caller, Guard
    from service.metrics import Metrics
    from service.settings import Settings
    from service.streams import Streams


class StreamDoor:
    """Lets clients in, and sees them out with the code that says why."""

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine,
        guard: Guard,
        streams: Streams,
        metrics: Metrics,
    ) -> None:
        """Take what every stream needs."""
        self._settings = settings
        self._engine = engine
        self._guard = guard
        self._streams = streams
        self._metrics = metrics

    async def serve(self, socket: WebSocket) -> None:
        """Serve one stream from its handshake to its end."""
        request_id = request_id_of(socket.scope)
        try:
            self._guard.check_origin(socket.headers)
        except OriginError as error:
            # No browser shows its page anything of a handshake that failed.
            await socket.send_denial_response(render_problem(error, request_id))
            self._metrics.count_stream_end("origin")
            return
        offered = socket.scope.get("subprotocols", ())
        await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        ending = await self._run(socket, request_id)
        self._metrics.count_stream_end(ending.reason)
        await self._close(socket, ending, request_id)

    async def _run(self, socket: WebSocket, request_id: str) -> Ending:
        try:
            with self._streams.greet():
                caller = await self._admit(socket)
            if not self._engine.is_ready:
                raise NotReadyError("the model is loading or the service is stopping")
            return await self._hold(socket, caller, request_id)
        except UnauthorizedError as error:
            return Ending("unauthorized", 1008, error)
        except CapacityError as error:
            return Ending("refused", 1013, error)
        except (WebSocketDisconnect, WebSocketDisconnected):
            return GONE
        except Exception:  # noqa: BLE001 - a fault of ours, which the client is told
            structlog.get_logger("printlink").exception("internal_error")
            return Ending("failed", 1011)

    async def _hold(self, socket: WebSocket, caller: Caller, request_id: str) -> Ending:
        session = StreamSession(
            socket,
            caller,
            engine=self._engine,
            guard=self._guard,
            metrics=self._metrics,
            settings=self._settings,
            request_id=request_id,
        )
        log = structlog.get_logger("printlink.stream")
        with self._streams.keep(session):
            log.info("stream_opened", client=caller.name)
            ending = await session.run()
            log.info(
                "stream_ended",
                client=caller.name,
                end=ending.reason,
                answered=session.answered,
                dropped=session.dropped,
            )
        return ending

    async def _admit(self, socket: WebSocket) -> Caller:
        """Return who calls; raises `UnauthorizedError`."""
        secret = secret_in(socket.headers) or secret_offered(socket.scope.get("subprotocols", ()))
        if secret is None and self._guard.asks_for_keys:
            secret = await self._receive_key(socket)
        return self._guard.admit(secret)

    async def _receive_key(self, socket: WebSocket) -> str | None:
        """Return the key in the first message, None if it is not there, or not in time."""
        try:
            async with asyncio.timeout(self._settings.stream.auth_timeout_s):
                message = await socket.receive()
        except TimeoutError:
            return None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        try:
            demand = parse_demand(message.get("text") or "")
        except CallerError:
            return None
        return demand.api_key if isinstance(demand, Auth) else None

    async def _close(self, socket: WebSocket, ending: Ending, request_id: str) -> None:
        if ending.code is None:
            return
        with suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):
            async with asyncio.timeout(self._settings.server.send_timeout_s):
                if ending.error is not None:
                    problem = describe_problem(ending.error, request_id)
                    answer = ErrorAnswer(frame_id=None, error=problem)
                    await socket.send_text(answer.model_dump_json())
                await socket.close(ending.code, ending.reason)


def create_stream_router(door: StreamDoor) -> APIRouter:
    """Return the route that leads through `door`."""
    router = APIRouter(prefix="/v1")

    @router.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await door.serve(socket)

    return router
