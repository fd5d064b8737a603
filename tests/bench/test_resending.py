"""Frames are sent again until they are answered, and none is lost unnoticed."""

import asyncio

import httpx
import pytest

from bench.resending import MOST_TRIES, Calls, send, send_until_answered

ANSWER = {"model": {"name": "links", "version": 3}}


class Server:
    """Answers with these statuses in turn, then with 200; 0 breaks the connection."""

    def __init__(self, *statuses):
        self._statuses = list(statuses)
        self.asked = 0

    def __call__(self, request):
        self.asked += 1
        status = self._statuses.pop(0) if self._statuses else 200
        if not status:
            raise httpx.ReadError("broken", request=request)
        return httpx.Response(status, json=ANSWER)


@pytest.fixture(autouse=True)
def _be_quick(monkeypatch):
    monkeypatch.setattr("bench.resending.PAUSE_S", 0)


def send_one(server):
    async def run(calls):
        transport = httpx.MockTransport(server)
        async with httpx.AsyncClient(base_url="http://test", transport=transport) as http:
            await send_until_answered(http, b"frame", calls)

    calls = Calls()
    asyncio.run(run(calls))
    return calls


def test_what_fails_is_sent_again_and_counted():
    calls = send_one(Server(503, 0))
    assert (len(calls.done.ms), calls.again, calls.lost) == (1, 2, 0)
    assert calls.done.others == {"503": 1, "ReadError": 1}
    assert calls.last_version == 3


def test_it_is_lost_when_no_try_is_answered():
    server = Server(*[500] * MOST_TRIES)
    calls = send_one(server)
    assert (len(calls.done.ms), calls.again, calls.lost) == (0, MOST_TRIES - 1, 1)
    assert server.asked == MOST_TRIES


def test_a_row_tells_why_and_which_versions_answered():
    calls = send_one(Server(503))
    calls.seconds = 2.0
    assert calls.render("deployed anew").split()[:4] == ["deployed", "anew", "1", "0.5"]
    assert calls.render("deployed anew").endswith("1     0  1 503")
    assert calls.render_versions() == "3 (1)"


def test_nothing_is_sent_once_it_is_over():
    async def run():
        is_over = asyncio.Event()
        is_over.set()
        return await send("http://127.0.0.1:9", b"frame", until=is_over)

    assert not asyncio.run(run()).done.ms
