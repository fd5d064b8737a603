"""The load benchmark counts what it sees of a server."""

import math

import pytest

from bench.clients import open_http, post_at_rate, post_in_turn, send_stream
from bench.latency import Latencies, percentile
from bench.load import time_recovery
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_noise, make_picture

pytestmark = pytest.mark.anyio
PAGE, OTHER = encode(make_picture()), encode(make_noise())


@pytest.fixture(scope="module")
def url():
    with open_server(build=FakeBuilder(FakePipeline(delay_s=0.05))) as client:
        wait_until_ready(client)
        yield str(client.base_url).rstrip("/")


def test_percentiles_are_values_that_were_seen():
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert percentile([float(number) for number in range(1, 101)], 0.95) == 95.0
    assert math.isnan(percentile([], 0.5))


def test_parts_are_merged_and_rendered():
    one, other = Latencies([10.0]), Latencies([30.0])
    one.others["429"] = other.others["429"] = 2
    row = one.merge(other).render("both")
    assert row.split() == ["both", "2", "20", "30", "30", "4", "429"]


async def test_answers_and_refusals_are_told_apart(url):
    async with open_http(url) as http:
        done = await post_in_turn(http, [PAGE, b"broken"], seconds=0.5)
        at_rate = await post_at_rate(http, [PAGE], rate=10, seconds=0.5)
        recovery_s = await time_recovery(http, [PAGE], within_ms=10_000)
    assert set(done.others) == {"415"}
    assert min(done.ms) >= 50
    assert len(at_rate.ms) == 5
    assert recovery_s is not None


async def test_a_stream_that_is_too_fast_sees_drops(url):
    load = await send_stream(
        f"ws{url.removeprefix('http')}/v1/stream", [PAGE, OTHER], fps=40, seconds=0.5
    )
    assert load.sent == 20
    assert 0 < load.dropped < 20
    assert load.latencies().ms
    assert load.latencies(since_s=1000).ms == []
    assert load.problems == []
