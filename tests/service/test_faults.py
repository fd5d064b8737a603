"""Engines, disks and clients that misbehave cost what they touch, and nobody else."""

import concurrent.futures
import contextlib
import errno
import os
import socket
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed

from service.errors import DetectError, ModelRunError
from service.logs import configure_logs
from service.settings import (
    LogSettings,
    RunnerSettings,
    ServerSettings,
    Settings,
    StreamSettings,
)
from tests.service.clients import open_server, open_stream, wait_until_ready
from tests.service.fakes import (
    CrashingPipeline,
    FakeBuilder,
    FullDisk,
    HangingPipeline,
)
from tests.service.pictures import encode, make_noise, make_picture

PAGE = encode(make_picture())
OTHER = encode(make_noise())
JPEG = {"Content-Type": "image/jpeg"}
HEAD = b"POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"


def detect(client):
    return client.post("/v1/detect", content=PAGE, headers=JPEG)


def wait_until(condition, *, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@contextlib.contextmanager
def call(client):
    """A bare connection, for callers that do not speak as they should."""
    address = client.base_url.host, client.base_url.port
    with socket.create_connection(address, timeout=20) as caller:
        yield caller


def is_hung_up_on(caller):
    """Wait for the end of the connection; True if nothing came before it."""
    try:
        return caller.recv(1024) == b""
    except ConnectionResetError:
        return True


@pytest.fixture(scope="module")
def client():
    """A server that does not wait for long."""
    settings = Settings(
        server=ServerSettings(receive_timeout_s=0.3), stream=StreamSettings(max_streams=20)
    )
    with open_server(settings) as client:
        wait_until_ready(client)
        yield client


def test_an_engine_that_hangs_costs_its_own_caller_and_a_worker():
    hanging = HangingPipeline()
    settings = Settings(runner=RunnerSettings(workers=2, deadline_s=0.5))
    with open_server(settings, FakeBuilder(hanging)) as client:
        wait_until_ready(client)
        late = detect(client)
        beside = detect(client)
        hanging.let_go.set()
        wait_until(lambda: "printlink_frames_in_flight 0.0" in client.get("/metrics").text)
    assert (late.status_code, late.json()["code"]) == (504, "deadline_exceeded")
    assert beside.status_code == 200


@pytest.mark.parametrize(
    "error", [DetectError("x"), ModelRunError("x"), MemoryError(), SystemExit(1)]
)
def test_an_engine_that_crashes_costs_the_frame_that_it_crashed_on(error):
    with open_server(build=FakeBuilder(CrashingPipeline(error, every=2))) as client:
        wait_until_ready(client)
        codes = [detect(client).status_code for _ in range(4)]
        with open_stream(client) as stream:
            kinds = [stream.ask(frame)["type"] for frame in (PAGE, OTHER, PAGE, OTHER)]
    assert codes == [200, 500, 200, 500]
    assert kinds == ["result", "error", "result", "error"]


def test_a_disk_without_room_for_the_log_stops_nothing():
    disk = FullDisk()
    with open_server() as client:
        configure_logs(LogSettings(format="json"), disk)
        wait_until_ready(client)
        assert detect(client).status_code == 200
        with open_stream(client) as stream:
            assert stream.ask(PAGE)["type"] == "result"
    assert disk.refusals > 0


def test_a_form_that_finds_no_room_on_the_disk_is_our_fault_and_the_next_one_is_taken(
    client, monkeypatch
):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    form = {"frame": ("page.jpg", PAGE, "image/jpeg")}
    with monkeypatch.context() as patch:
        patch.setattr("starlette.formparsers.SpooledTemporaryFile.write", refuse)
        refused = client.post("/v1/detect", files=form)
    assert (refused.status_code, refused.json()["code"]) == (500, "internal")
    assert client.post("/v1/detect", files=form).status_code == 200


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_changes_no_deadline_and_no_age(client, monkeypatch, jump_s):
    real = time.time
    with open_stream(client) as stream:
        before = stream.ask(PAGE)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: real() + jump_s)
            answers = [detect(client), detect(client)]
            after = stream.ask(OTHER)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert 0 <= after["age_ms"] < 10_000
    assert (before["type"], after["type"]) == ("result", "result")


def test_a_caller_that_never_ends_its_headers_is_hung_up_on(client):
    with call(client) as caller:
        caller.sendall(HEAD)
        assert is_hung_up_on(caller)


def test_a_caller_that_says_nothing_is_hung_up_on(client):
    with call(client) as caller:
        assert is_hung_up_on(caller)


def test_a_caller_that_dribbles_its_second_headers_is_hung_up_on(client):
    with call(client) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        received = caller.recv(1024)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for byte in b"GET /healthz HTTP/1.1\r\nHost: xxxxxxxxxxxxxxxxxxxxxxx":
                caller.sendall(bytes([byte]))
                time.sleep(0.02)
            received += b"".join(iter(lambda: caller.recv(4096), b""))
    assert received.count(b"HTTP/1.1 200") == 1


def test_a_body_that_does_not_arrive_is_told_so_and_its_connection_ends(client):
    with call(client) as caller:
        caller.sendall(HEAD + b"Content-Length: 5000\r\n\r\n\xff\xd8\xff")
        answer = b"".join(iter(lambda: caller.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"body_timeout"' in answer
    assert detect(client).status_code == 200


def test_two_hundred_slow_callers_keep_nobody_out(client):
    with contextlib.ExitStack() as calls:
        callers = [calls.enter_context(call(client)) for _ in range(200)]
        for caller in callers:
            caller.sendall(HEAD)
        assert detect(client).status_code == 200
        assert all(is_hung_up_on(caller) for caller in callers)


def test_a_stream_whose_client_vanished_without_a_word_gives_its_place_back():
    settings = Settings(stream=StreamSettings(max_streams=1, idle_timeout_s=0.3))
    with open_server(settings) as client:
        wait_until_ready(client)
        with open_stream(client) as silent:
            silent.ask(PAGE)
            assert silent.wait_for_close()[0] == 1008
        with open_stream(client) as next_one:
            assert next_one.ask(PAGE)["type"] == "result"


def test_a_storm_of_streams_that_break_off_leaves_room_for_the_next(client):
    def storm(number):
        try:
            with open_stream(client, close_timeout=1) as stream:
                stream.send(PAGE)
                if number % 2:
                    stream.receive()
                # No closing handshake: the cable is cut.
                stream.socket.socket.shutdown(socket.SHUT_RDWR)
        except (ConnectionClosed, OSError, TimeoutError) as error:
            return type(error).__name__
        return "cut"

    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        list(pool.map(storm, range(100)))
    wait_until(lambda: "printlink_streams_open 0.0" in client.get("/metrics").text)
    with open_stream(client) as stream:
        assert stream.ask(PAGE)["type"] == "result"
    assert threading.active_count() < 100
