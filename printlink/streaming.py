"""A stream that outlives its connection: frames out, answers in, and again after a break."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from printlink.answers import Link, StreamAnswer
from printlink.errors import ServiceError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Mapping

    from websockets.asyncio.client import ClientConnection

# The service keeps the newest frame and drops what waits: sent ahead, frames would be lost.
_MAX_UNANSWERED: Final = 1
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 8.0
# RFC 6455: a close for these reasons does not change by coming back.
_FINAL_CODES: Final = frozenset({1008, 1009})


class FrameStream:
    """The frames of one stream and the answers to them, over as many connections as it takes."""

    def __init__(
        self,
        url: str,
        frames: AsyncIterable[bytes] | Iterable[bytes],
        *,
        headers: Mapping[str, str],
        wishes: Mapping[str, float],
        timeout_s: float,
    ) -> None:
        """Send `frames` to `url`; give up when nothing is answered for `timeout_s`."""
        self._url = url
        self._frames = _iterate(frames)
        self._headers = headers
        self._wishes = wishes
        self._timeout_s = timeout_s
        self._given = 0
        self._is_exhausted = False
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._answered_at = time.monotonic()
        self._pulling: asyncio.Future[bytes | None] | None = None

    async def answers(self) -> AsyncGenerator[StreamAnswer]:
        """Yield an answer for every frame that the service did not drop."""
        pause_s = _FIRST_PAUSE_S
        self._answered_at = time.monotonic()
        self._pulling = asyncio.ensure_future(_take(self._frames))
        try:
            # Without a frame there is no need to connect.
            self._is_exhausted = await asyncio.shield(self._pulling) is None
            while not self._is_over():
                async with aclosing(self._connect()) as heard:
                    async for answer in heard:
                        pause_s = _FIRST_PAUSE_S
                        self._answered_at = time.monotonic()
                        yield answer
                if not self._is_over():
                    await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
                    pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        finally:
            if self._pulling is not None:
                self._pulling.cancel()

    async def _connect(self) -> AsyncGenerator[StreamAnswer]:
        """Use one connection as long as it lasts; raise where another would not help."""
        connecting = connect(
            self._url,
            additional_headers=self._headers,
            compression=None,
            open_timeout=self._timeout_s,
        )
        error: Exception | None = None
        try:
            async with connecting as socket, aclosing(self._converse(socket)) as heard:
                async for answer in heard:
                    yield answer
        except (OSError, ConnectionClosed, InvalidHandshake) as broken:
            error = broken
        if self._pulling is not None and self._pulling.done():
            # What `frames` raised is for whoever gave them.
            self._pulling.result()
        if not self._is_over():
            self._check_hope(error)

    def _is_over(self) -> bool:
        return self._is_exhausted and not self._waiting

    def _check_hope(self, error: Exception | None) -> None:
        """Raise the error for the caller where another connection would not help."""
        if isinstance(error, InvalidStatus) and error.response.status_code < 500:
            raise ServiceError(_parse_problem(error)) from error
        if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code in _FINAL_CODES:
            raise ServiceError({"code": "closed", "detail": error.rcvd.reason}) from error
        if time.monotonic() - self._answered_at > self._timeout_s:
            raise UnreachableError(f"no answer from {self._url}") from error

    async def _converse(self, socket: ClientConnection) -> AsyncGenerator[StreamAnswer]:
        """Send frames and yield the answers to them."""
        room = asyncio.Semaphore(_MAX_UNANSWERED)
        sent: list[int] = []
        sender = asyncio.create_task(self._send(socket, sent, room))
        try:
            async for text in socket:
                message = json.loads(text)
                if message["frame_id"] is None:
                    _complain(message["error"])
                    continue
                number = sent[message["frame_id"]]
                self._settle(number, room)
                yield _parse_answer(message, number)
                if self._is_over():
                    return
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    async def _send(
        self, socket: ClientConnection, sent: list[int], room: asyncio.Semaphore
    ) -> None:
        """Send what waits for an answer from an earlier connection, then frame after frame."""
        try:
            if self._wishes:
                await socket.send(json.dumps({"type": "configure", **self._wishes}))
            for number, data in list(self._waiting):
                await room.acquire()
                await self._send_one(socket, sent, number, data)
            while await room.acquire() and (fresh := await self._pull()) is not None:
                self._waiting.append((self._given, fresh))
                self._given += 1
                await self._send_one(socket, sent, self._given - 1, fresh)
            self._is_exhausted = True
        finally:
            # Nothing is left to be heard, or `frames` failed: the other half need not wait.
            if not self._waiting or not self._is_exhausted:
                await socket.close()

    async def _pull(self) -> bytes | None:
        """Return the next frame, None at their end; a connection that breaks loses none."""
        if self._pulling is None:
            self._pulling = asyncio.ensure_future(_take(self._frames))
        data = await asyncio.shield(self._pulling)
        self._pulling = None
        return data

    @staticmethod
    async def _send_one(
        socket: ClientConnection, sent: list[int], number: int, data: bytes
    ) -> None:
        # Before the frame itself: its answer may be quicker than we are.
        sent.append(number)
        await socket.send(data)

    def _settle(self, number: int, room: asyncio.Semaphore) -> None:
        """Note that this frame and all before it were answered or dropped."""
        while self._waiting and self._waiting[0][0] <= number:
            self._waiting.popleft()
            room.release()


def _complain(problem: Mapping[str, Any]) -> None:
    """Raise where the service lets nobody in; of the rest, the close code says what to do."""
    if problem.get("status") in {401, 403, 422}:
        raise ServiceError(problem)


async def _take(frames: AsyncIterator[bytes]) -> bytes | None:
    return await anext(frames, None)


def _parse_answer(message: Mapping[str, Any], number: int) -> StreamAnswer:
    error = ServiceError(message["error"]) if message["type"] == "error" else None
    return StreamAnswer(
        frame=number,
        links=tuple(Link.parse(link) for link in message.get("links", ())),
        age_ms=message.get("age_ms"),
        advised_fps=message.get("advised_fps"),
        error=error,
        fields=message,
    )


def _parse_problem(error: InvalidStatus) -> Mapping[str, Any]:
    response = error.response
    with suppress(ValueError):
        problem = json.loads(response.body or b"")
        if isinstance(problem, dict):
            return problem
    return {"status": response.status_code, "detail": "the service let nobody in"}


async def _iterate(frames: AsyncIterable[bytes] | Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield `frames`; what blocks while it makes one does so in a thread."""
    if hasattr(frames, "__aiter__"):
        async for data in frames:
            yield data
        return
    iterator = iter(frames)
    while (data := await asyncio.to_thread(next, iterator, None)) is not None:
        yield data
