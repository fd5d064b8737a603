"""Clients of an app: in the same loop through ASGI, or over a real port."""

import asyncio
import contextlib
import threading

import httpx

from service.app import create_app
from service.server import bind_socket, create_server
from service.settings import ServerSettings, Settings
from tests.service.fakes import FakeBuilder


async def wait_until(condition, *, timeout_s=5.0):
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def open_client(settings=None, build=None, *, is_awaited=True):
    """Run the app's lifespan, wait until it is ready, and close it afterwards."""
    app = create_app(settings or Settings(), build=build or FakeBuilder())
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        if is_awaited:
            await wait_until(lambda: app.state.engine.is_ready)
        yield client


@contextlib.contextmanager
def open_server(settings=None, build=None):
    """Run uvicorn in a thread; the client that comes back talks to it over a real port."""
    settings = settings or Settings()
    with bind_socket(ServerSettings(port=0)) as listener:
        server = create_server(settings, build=build or FakeBuilder())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        host, port = listener.getsockname()
        try:
            with httpx.Client(base_url=f"http://{host}:{port}", timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()
