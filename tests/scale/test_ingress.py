"""The ingress is the service's own application, and is asked nothing before it can answer."""

import asyncio
from threading import Event, Thread

import numpy as np
import pytest

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

import httpx

from scale.ingress import Ingress, build_reader
from service.errors import ModelLoadError
from service.metrics import Metrics
from service.records import Strip, TextLine
from service.settings import Settings
from service.turns import Turns
from tests.scale.handles import FakeHandle

SETTINGS = Settings.model_validate({"recognize": {"engine": "ctc"}})
STRIPS = ("strips", 2)


def open_ingress(*, detector):
    ingress = Ingress(SETTINGS, FakeHandle([detector]), FakeHandle([STRIPS]))
    return ingress, ingress.__serve_build_asgi_app__()


async def run_until_healthy(ingress, app):
    """Run the application until Serve may use it; return what is ready and who serves."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        await asyncio.wait_for(ingress.check_health(), 5)
        return (await client.get("/readyz")).status_code, app.state.engine.served


def test_it_is_healthy_once_the_other_parts_are_there():
    status, served = asyncio.run(run_until_healthy(*open_ingress(detector=("links", 3, False))))
    assert status == 200
    assert (served.model_name, served.model_version) == ("links", 3)
    assert (served.reader_name, served.reader_version) == STRIPS


def test_it_waits_as_long_as_they_are_not():
    ingress, _ = open_ingress(detector=("links", 3, False))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(ingress.check_health(), 0.3))


def test_it_says_why_they_never_will_be():
    with pytest.raises(ModelLoadError, match="broken"):
        asyncio.run(run_until_healthy(*open_ingress(detector=ModelLoadError("broken"))))


def test_others_have_their_turn_while_a_replica_reads():
    turns, had_turn = Turns(), Event()

    def take_turn():
        with turns.taken():
            had_turn.set()

    class Waiting(FakeHandle):
        def __getattr__(self, name):
            return self

        def remote(self, *_):
            return self

        def result(self, **_):
            Thread(target=take_turn).start()
            assert had_turn.wait(5)
            return TextLine("", 0.0)

    reader = build_reader(SETTINGS, Metrics(), Waiting([]), turns=turns)
    strip = Strip(np.full((44, 176), 255, np.uint8), ())
    with turns.taken():
        assert reader.read_once(strip, lambda line: line.text) == ""
