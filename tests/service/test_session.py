"""A stream's two halves, with a socket of our making: how each kind of client ends."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from starlette.websockets import WebSocketDisconnect

from service.engine import Engine
from service.guard import Guard
from service.metrics import Metrics
from service.session import GONE, SLOW, STOPPING, TOO_BIG, StreamSession
from service.settings import ServerSettings, Settings
from tests.service.clients import wait_until
from tests.service.fakes import FakeBuilder
from tests.service.pictures import encode, make_picture

pytestmark = pytest.mark.anyio

PAGE = {"type": "websocket.receive", "bytes": encode(make_picture())}


class FakeSocket:
    """Gives the scripted messages, and then nothing; takes answers, hangs or breaks."""

    def __init__(self, *messages, hangs=False, breaks=False):
        self.messages = list(messages)
        self.hangs = hangs
        self.breaks = breaks
        self.sent = []

    async def receive(self):
        if not self.messages:
            await asyncio.sleep(60)
        return self.messages.pop(0)

    async def send_text(self, text):
        if self.breaks:
            raise WebSocketDisconnect(1006)
        if self.hangs:
            await asyncio.sleep(60)
        self.sent.append(text)


@asynccontextmanager
async def open_session(socket):
    settings = Settings(server=ServerSettings(send_timeout_s=1))
    metrics = Metrics()
    engine = Engine(settings, metrics, build=FakeBuilder())
    guard = Guard(settings.access, metrics)
    engine.start()
    await wait_until(lambda: engine.is_ready)
    yield StreamSession(
        socket,
        guard.admit(None),
        engine=engine,
        guard=guard,
        metrics=metrics,
        settings=settings,
        request_id="r1",
    )
    engine.close()


async def test_a_client_that_takes_nothing_ends_its_stream():
    async with open_session(FakeSocket(PAGE, hangs=True)) as session:
        assert await session.run() == SLOW


async def test_a_client_that_is_gone_when_its_answer_comes_ends_its_stream():
    async with open_session(FakeSocket(PAGE, breaks=True)) as session:
        assert await session.run() == GONE


@pytest.mark.parametrize(("code", "ending"), [(1000, GONE), (1006, GONE), (1009, TOO_BIG)])
async def test_a_client_that_leaves_ends_its_stream(code, ending):
    socket = FakeSocket({"type": "websocket.disconnect", "code": code})
    async with open_session(socket) as session:
        assert await session.run() == ending


async def test_a_stopped_stream_answers_what_it_works_on_and_nothing_after_it():
    socket = FakeSocket(PAGE)
    async with open_session(socket) as session:
        running = asyncio.create_task(session.run())
        await wait_until(lambda: session.answered == 1)
        session.stop()
        assert await running == STOPPING
    assert (len(socket.sent), session.dropped) == (1, 0)


async def test_nothing_runs_on_after_a_stream_has_ended():
    before = asyncio.all_tasks()
    async with open_session(FakeSocket({"type": "websocket.disconnect"})) as session:
        await session.run()
        await asyncio.sleep(0)
        left = {task.get_coro().__qualname__ for task in asyncio.all_tasks() - before}
    assert not {name for name in left if name.startswith("StreamSession")}
