"""Alive at once, ready once the model is loaded and warm, and not while draining."""

import threading

import pytest

from service.app import create_app
from service.errors import ModelLoadError
from service.settings import Settings
from tests.service.clients import open_client, wait_until
from tests.service.fakes import FakeBuilder
from tests.service.pictures import encode, make_picture

pytestmark = pytest.mark.anyio

PAGE = encode(make_picture())
JPEG = {"Content-Type": "image/jpeg"}


async def test_readiness_waits_for_the_model():
    gate = threading.Event()
    async with open_client(build=FakeBuilder(gate=gate), is_awaited=False) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        early = await client.post("/v1/detect", content=PAGE, headers=JPEG)
        gate.set()
        await wait_until(lambda: engine_of(client).is_ready)
        later = await client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert (early.status_code, early.json()["code"]) == (503, "not_ready")
    assert early.headers["retry-after"] == "5"
    assert (later.status_code, later.json()) == (200, {"status": "ready"})


async def test_a_draining_service_is_not_ready_but_still_answers():
    async with open_client() as client:
        engine_of(client).drain()
        ready = await client.get("/readyz")
        answered = await client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert (ready.status_code, answered.status_code) == (503, 200)


async def test_a_model_that_cannot_be_loaded_is_remembered():
    error = ModelLoadError("publish a model first")
    async with open_client(build=FakeBuilder(error=error), is_awaited=False) as client:
        await wait_until(lambda: engine_of(client).failure is not None)
        ready = await client.get("/readyz")
    assert engine_of(client).failure is error
    assert ready.status_code == 503


async def test_nothing_is_loaded_before_the_lifespan_begins():
    builder = FakeBuilder()
    engine = create_app(Settings(), build=builder).state.engine
    assert (engine.served, engine.failure, builder.calls) == (None, None, 0)


async def test_a_service_that_never_started_can_be_closed():
    engine = create_app(Settings(), build=FakeBuilder()).state.engine
    engine.close()
    assert not engine.is_ready


async def test_metrics_count_requests_frames_links_and_stages():
    async with open_client() as client:
        await client.post("/v1/detect", content=PAGE, headers=JPEG)
        await client.post("/v1/detect", content=b"text", headers=JPEG)
        await client.get("/nowhere/at/all?q=https://secret.example")
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    lines = response.text.splitlines()
    for line in (
        'printlink_http_requests_total{method="POST",route="/v1/detect",status="200"} 1.0',
        'printlink_http_requests_total{method="POST",route="/v1/detect",status="415"} 1.0',
        'printlink_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'printlink_frames_total{outcome="links"} 1.0',
        'printlink_frames_total{outcome="unsupported_media_type"} 1.0',
        'printlink_links_total{scheme="https"} 1.0',
        'printlink_stage_seconds_count{stage="decode"} 1.0',
        'printlink_stage_seconds_count{stage="total"} 1.0',
        'printlink_model_info{name="fake",version="7"} 1.0',
        'printlink_reader_info{name="reads",version="3"} 1.0',
        "printlink_queue_depth 0.0",
        "printlink_frames_in_flight 0.0",
    ):
        assert line in lines
    assert "secret" not in response.text


def engine_of(client):
    return client._transport.app.state.engine
