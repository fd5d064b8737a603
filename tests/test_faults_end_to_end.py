"""The real server process under faults that only a process can show; nothing of them stays."""

import asyncio
import contextlib
import io
import re
import socket
import threading
from pathlib import Path

import httpx
import psutil
import pytest
from PIL import Image
from websockets.sync.client import connect

from bench.leaks import break_off
from bench.serving import serve
from bench.swaps import wait_until
from service.golden import draw_golden_frame

pytestmark = pytest.mark.slow

JPEG = {"Content-Type": "image/jpeg"}
STREAMS = 500
# One frame of a client, masked with zeros, that announces a longer text than it has.
HALF_A_MESSAGE = b"\x81\x85\x00\x00\x00\x00he"
HANDSHAKE = (
    b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def page():
    """A printed page with four links."""
    encoded = io.BytesIO()
    Image.fromarray(draw_golden_frame()[0].pixels).save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


@pytest.fixture(scope="module")
def server():
    """The server as it ships, but for how long it waits for a silent client."""
    with serve(
        PRINTLINK_DETECT__WARMUP_SIZES_PX="[[640, 480]]",
        PRINTLINK_STREAM__MAX_STREAMS=str(STREAMS),
        PRINTLINK_STREAM__IDLE_TIMEOUT_S="2",
        PRINTLINK_SERVER__SEND_TIMEOUT_S="2",
    ) as server:
        yield server


def detect(url, frame):
    return httpx.post(f"{url}/v1/detect", content=frame, headers=JPEG, timeout=60)


def count_open_streams(url):
    text = httpx.get(f"{url}/metrics", timeout=60).text
    return int(float(re.search(r"^printlink_streams_open (\S+)$", text, re.MULTILINE)[1]))


def wait_until_nobody_streams(server, most_files):
    """The files of the last connections are closed a moment later than their streams."""
    wait_until(lambda: count_open_streams(server.url) == 0, "streams stayed open", timeout_s=60)
    wait_until(lambda: server.footprint().files <= most_files, "files stayed open", timeout_s=60)


def test_a_storm_of_streams_that_break_off_leaves_nothing(server, page):
    async def storm():
        await asyncio.gather(*(break_off(server.url, page) for _ in range(STREAMS)))

    detect(server.url, page)
    files = server.footprint().files
    asyncio.run(storm())
    wait_until_nobody_streams(server, files)
    before = server.footprint()
    asyncio.run(storm())
    wait_until_nobody_streams(server, files)
    after = server.footprint()
    assert after.threads <= before.threads
    assert after.resident_mb < 1.05 * before.resident_mb
    assert len(detect(server.url, page).json()["links"]) == 4


def test_streams_whose_other_end_is_gone_without_a_word_are_closed(server, page):
    detect(server.url, page)
    files = server.footprint().files
    with contextlib.ExitStack() as calls:
        for _ in range(50):
            caller = calls.enter_context(socket.create_connection(address_of(server), timeout=20))
            caller.sendall(HANDSHAKE)
            assert caller.recv(1024).startswith(b"HTTP/1.1 101")
            caller.sendall(HALF_A_MESSAGE)
        assert count_open_streams(server.url) == 50
        # They stay open at this end, and nothing more is sent or answered.
        wait_until_nobody_streams(server, files)


def address_of(server):
    url = httpx.URL(server.url)
    return url.host, url.port


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel has no full disk to try")
def test_a_log_without_room_stops_nothing_and_killed_ocr_costs_no_more_than_its_strip(page):
    with serve(
        log=Path("/dev/full"),
        PRINTLINK_LOG__LEVEL="info",
        PRINTLINK_RECOGNIZE__ENGINE="pytesseract",
        PRINTLINK_DETECT__WARMUP_SIZES_PX="[[640, 480]]",
        PRINTLINK_RUNNER__DEADLINE_S="60",
    ) as server:
        undisturbed = detect(server.url, page).json()["links"]
        is_over = threading.Event()
        killer = threading.Thread(target=kill_ocr, args=[server, is_over])
        killer.start()
        try:
            while_killing = [detect(server.url, page) for _ in range(3)]
        finally:
            is_over.set()
            killer.join()
        afterwards = detect(server.url, page).json()["links"]
        with connect(server.stream_url, compression=None) as stream:
            stream.send(page)
            assert '"type":"result"' in stream.recv(timeout=60)
    assert [answer.status_code for answer in while_killing] == [200] * 3
    assert sum(len(answer.json()["links"]) for answer in while_killing) < 3 * len(undisturbed)
    assert [link["url"] for link in afterwards] == [link["url"] for link in undisturbed]
    assert len(undisturbed) >= 3


def kill_ocr(server, is_over):
    """Kill whatever reads, whenever it is seen."""
    while not is_over.wait(0.005):
        for child in server.process.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
