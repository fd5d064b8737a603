"""Requests and streams, sound ones and broken ones, leave no files, threads or memory behind."""

import asyncio
import gc
import threading
import tracemalloc
from collections import deque

import psutil
import pytest

from bench.leaks import BROKEN, run_round
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_picture

FRAMES = [encode(make_picture()), *BROKEN]
REQUESTS = 200
MOST_BYTES_A_REQUEST = 500


def measure(url):
    """Run a round; return the files, threads and bytes that are there after it."""
    done = asyncio.run(run_round(url, FRAMES, requests=REQUESTS))
    assert len(done.ms) == REQUESTS // len(FRAMES)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    return psutil.Process().num_fds(), threading.active_count(), held


@pytest.mark.slow
def test_a_round_of_requests_and_broken_streams_leaves_nothing():
    tracemalloc.start()
    try:
        with open_server(build=FakeBuilder(FakePipeline(frames=deque(maxlen=1)))) as client:
            wait_until_ready(client)
            url = str(client.base_url).rstrip("/")
            measure(url)
            before, after = measure(url), measure(url)
    finally:
        tracemalloc.stop()
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    assert after[2] - before[2] < MOST_BYTES_A_REQUEST * REQUESTS
