"""How long the server waits for a request: until its headers are there, and then for its body.

uvicorn waits for ever, so whoever opens connections and sends a byte now and then would in the end
have all the files that the process may open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio


def limit_patience(seconds: float) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol, but a caller has so many seconds to send the headers."""

    class PatientProtocol(HttpToolsProtocol):
        """Hangs up where no whole headers come, on a new connection or a used one."""

        _hanging_up: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
            super().connection_made(transport)
            self._begin_to_wait()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._begin_to_wait()

        def on_headers_complete(self) -> None:
            self._end_to_wait()
            super().on_headers_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end_to_wait()
            super().connection_lost(exc)

        def _begin_to_wait(self) -> None:
            self._end_to_wait()
            self._hanging_up = self.loop.call_later(seconds, self.transport.close)

        def _end_to_wait(self) -> None:
            if self._hanging_up is not None:
                self._hanging_up.cancel()
                self._hanging_up = None

    return PatientProtocol
