"""Clients of an app: in the same loop through ASGI, or over a real port."""

import asyncio
import contextlib
import json
import threading
import time

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from service.app import create_app
from service.server import bind_socket, create_server
from service.settings import ServerSettings, Settings
from tests.service.fakes import FakeBuilder


async def wait_until(condition, *, timeout_s=5.0):
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def open_client(settings=None, build=None, *, traces=None, is_awaited=True):
    """Run the app's lifespan, wait until it is ready, and close it afterwards."""
    app = create_app(settings or Settings(), build=build or FakeBuilder(), traces=traces)
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
                client.server = server
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()


@contextlib.contextmanager
def open_stream(client, path="/v1/stream", **options):
    """Open a WebSocket to the server that `client` talks to."""
    url = f"ws://{client.base_url.host}:{client.base_url.port}{path}"
    with connect(url, compression=None, **options) as socket:
        yield Stream(socket)


class Stream:
    """A stream as a client sees it, with JSON taken apart."""

    def __init__(self, socket):
        self.socket = socket

    def send(self, message):
        self.socket.send(message if isinstance(message, bytes) else json.dumps(message))

    def receive(self, timeout_s=15):
        return json.loads(self.socket.recv(timeout=timeout_s))

    def ask(self, frame):
        self.send(frame)
        return self.receive()

    def wait_for_close(self, timeout_s=15):
        """Return the close code, and the messages that came before it."""
        messages = []
        try:
            while True:
                messages.append(self.receive(timeout_s))
        except ConnectionClosed as closed:
            return (closed.rcvd.code if closed.rcvd else None), messages


def wait_until_ready(client, *, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < end, "never ready"
        time.sleep(0.01)
