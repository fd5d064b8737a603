"""Clients of a printlink service: pictures in, links out, one by one or as a stream.

    with Client("http://localhost:8000") as client:
        for link in client.detect(Path("page.jpg").read_bytes()).links:
            print(link.url)

`AsyncClient` is the same for programs that run an event loop.
"""

from __future__ import annotations

import asyncio
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Self

import httpx

from printlink.answers import Detection
from printlink.errors import ServiceError, UnreachableError
from printlink.streaming import FrameStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
    from types import TracebackType

    from printlink.answers import StreamAnswer

_TIMEOUT_S = 30.0


class AsyncClient:
    """Talks to one service; `api_key` travels in a header and nowhere else."""

    def __init__(
        self, url: str, *, api_key: str | None = None, timeout_s: float = _TIMEOUT_S
    ) -> None:
        """Take the address of the service; nothing is sent yet."""
        self._url = url.rstrip("/")
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=timeout_s)

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def detect(self, picture: bytes) -> Detection:
        """Return the links in an encoded picture; raises a `ClientError`."""
        try:
            response = await self._http.post("/v1/detect", content=picture)
        except httpx.TransportError as error:
            raise UnreachableError(f"no answer from {self._url}") from error
        return _parse_response(response)

    async def stream(
        self,
        frames: AsyncIterable[bytes] | Iterable[bytes],
        *,
        max_fps: float | None = None,
        min_confidence: float | None = None,
    ) -> AsyncIterator[StreamAnswer]:
        """Send encoded frames and yield what becomes of each, in order.

        A frame is taken from `frames` when the service has room for it. Where the connection is
        lost, it is opened again and the frames without an answer are sent once more; the tracks
        begin anew. Raises `ServiceError` where the service lets nobody in, `UnreachableError` where
        it does not come back.
        """
        wishes = {"max_fps": max_fps, "min_confidence": min_confidence}
        stream = FrameStream(
            "ws" + self._url.removeprefix("http") + "/v1/stream",
            frames,
            headers=self._headers,
            wishes={name: value for name, value in wishes.items() if value is not None},
            timeout_s=self._timeout_s,
        )
        answers = stream.answers()
        try:
            async for answer in answers:
                yield answer
        finally:
            await answers.aclose()


class Client:
    """Talks to one service, for programs without an event loop."""

    def __init__(
        self, url: str, *, api_key: str | None = None, timeout_s: float = _TIMEOUT_S
    ) -> None:
        """Take the address of the service; nothing is sent yet."""
        self._options: dict[str, Any] = {"api_key": api_key, "timeout_s": timeout_s}
        self._url = url
        self._runner = asyncio.Runner()
        self._client = AsyncClient(url, **self._options)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._runner.run(self._client.__aexit__(kind, error, trace))
        self._runner.close()

    def detect(self, picture: bytes) -> Detection:
        """Return the links in an encoded picture; raises a `ClientError`."""
        return self._runner.run(self._client.detect(picture))

    def stream(
        self,
        frames: Iterable[bytes],
        *,
        max_fps: float | None = None,
        min_confidence: float | None = None,
    ) -> Iterator[StreamAnswer]:
        """Send encoded frames and yield what becomes of each, as `AsyncClient.stream` does.

        Frames are sent while the program waits for the next answer, so do not dwell on one for
        more than some seconds.
        """
        answers = self._client.stream(frames, max_fps=max_fps, min_confidence=min_confidence)

        async def take_next() -> StreamAnswer | None:
            return await anext(answers, None)

        async def close() -> None:
            await answers.aclose()  # type: ignore[attr-defined]  # an async generator

        try:
            while (answer := self._runner.run(take_next())) is not None:
                yield answer
        finally:
            self._runner.run(close())


def _parse_response(response: httpx.Response) -> Detection:
    try:
        fields = response.json()
    except JSONDecodeError:
        fields = {"status": response.status_code, "detail": "the answer is no JSON"}
    if response.is_success and "links" in fields:
        return Detection.parse(fields)
    wait = response.headers.get("Retry-After", "")
    raise ServiceError(fields, retry_after_s=float(wait) if wait.isdigit() else None)
