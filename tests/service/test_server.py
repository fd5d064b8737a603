"""What only a real server on a real port can show: limits, parallel callers, start and stop."""

import concurrent.futures
import signal
import socket
import threading
import time

import httpx
import pytest

from service.errors import KeysFileError, ListenError, ModelLoadError, OpenAccessError
from service.server import bind_socket, check_access, create_server, run_server
from service.settings import AccessSettings, RunnerSettings, ServerSettings, Settings
from tests.service.clients import open_server
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_picture

PAGE = encode(make_picture())
JPEG = {"Content-Type": "image/jpeg"}


def wait_until(condition, *, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def wait_until_ready(client):
    wait_until(lambda: client.get("/readyz").status_code == 200)


def test_forty_megabytes_are_refused_and_the_service_goes_on():
    with open_server() as client:
        wait_until_ready(client)
        refused = client.post("/v1/detect", content=bytes(40 * 2**20), headers=JPEG)
        after = client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert after.status_code == 200


def test_twenty_parallel_callers_on_a_queue_of_four():
    settings = Settings(runner=RunnerSettings(workers=2, max_queued=4, retry_after_s=2))
    with open_server(settings, FakeBuilder(FakePipeline(delay_s=0.3))) as client:
        wait_until_ready(client)
        start = threading.Barrier(20)

        def post(_):
            start.wait()
            return client.post("/v1/detect", content=PAGE, headers=JPEG)

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            responses = list(pool.map(post, range(20)))
        after = client.post("/v1/detect", content=PAGE, headers=JPEG)
    answered = [response for response in responses if response.status_code == 200]
    refused = [response for response in responses if response.status_code == 429]
    assert len(answered) + len(refused) == 20
    assert len(answered) >= 6
    assert len(refused) >= 8
    assert {response.headers["retry-after"] for response in refused} == {"2"}
    assert {response.json()["code"] for response in refused} == {"queue_full"}
    assert after.status_code == 200


def test_a_frame_that_takes_too_long_is_given_up():
    settings = Settings(runner=RunnerSettings(workers=1, deadline_s=0.1))
    with open_server(settings, FakeBuilder(FakePipeline(delay_s=0.5))) as client:
        wait_until_ready(client)
        late = client.post("/v1/detect", content=PAGE, headers=JPEG)
        wait_until(lambda: "printlink_frames_in_flight 0.0" in client.get("/metrics").text)
        counted = client.get("/metrics").text
    assert 'printlink_frames_total{outcome="deadline_exceeded"} 1.0' in counted
    assert 'printlink_frames_total{outcome="links"}' not in counted
    assert (late.status_code, late.json()["code"]) == (504, "deadline_exceeded")
    assert late.headers["retry-after"] == "1"


def test_health_is_answered_while_frames_are_worked_on():
    settings = Settings(runner=RunnerSettings(workers=1))
    with open_server(settings, FakeBuilder(FakePipeline(delay_s=0.5))) as client:
        wait_until_ready(client)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            busy = pool.submit(client.post, "/v1/detect", content=PAGE, headers=JPEG)
            assert client.get("/healthz").status_code == 200
            assert not busy.done()
            assert busy.result().status_code == 200


def test_a_caller_who_hangs_up_in_the_middle_does_no_harm():
    with open_server() as client:
        wait_until_ready(client)
        address = client.base_url.host, client.base_url.port
        with socket.create_connection(address) as caller:
            caller.sendall(
                b"POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
                b"Content-Length: 5000\r\n\r\n\xff\xd8\xff"
            )
        wait_until(
            lambda: (
                'status="499"' in client.get("/metrics").text
                or 'status="400"' in client.get("/metrics").text
            )
        )
        after = client.post("/v1/detect", content=PAGE, headers=JPEG)
    assert after.status_code == 200


def test_a_model_that_cannot_be_loaded_stops_the_server():
    settings = Settings(server=ServerSettings(port=0))
    with pytest.raises(ModelLoadError, match="publish a model first"):
        run_server(settings, build=FakeBuilder(error=ModelLoadError("publish a model first")))


def test_a_signal_ends_the_run_in_peace():
    class Interrupting(FakeBuilder):
        def __call__(self, settings, metrics):
            signal.raise_signal(signal.SIGTERM)
            return super().__call__(settings, metrics)

    builder = Interrupting()
    run_server(Settings(server=ServerSettings(port=0)), build=builder)
    assert builder.calls == 1


def test_a_taken_port_is_told_with_what_to_do():
    with bind_socket(ServerSettings(port=0)) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(
            ListenError, match=f"port {port}.*choose another with --host and --port"
        ):
            bind_socket(ServerSettings(port=port))


def test_an_address_of_version_6_is_bound():
    with bind_socket(ServerSettings(host="::1", port=0)) as listener:
        assert listener.family == socket.AF_INET6


def test_the_first_signal_drains_and_the_second_stops_at_once():
    settings = Settings(server=ServerSettings(drain_s=300))
    with bind_socket(ServerSettings(port=0)) as listener:
        server = create_server(settings, build=FakeBuilder())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        host, port = listener.getsockname()
        with httpx.Client(base_url=f"http://{host}:{port}") as client:
            wait_until_ready(client)
            server.handle_exit(signal.SIGTERM, None)
            draining = client.get("/readyz")
            answered = client.post("/v1/detect", content=PAGE, headers=JPEG)
        server.handle_exit(signal.SIGTERM, None)
        thread.join(timeout=10)
    assert (draining.status_code, answered.status_code) == (503, 200)
    assert not thread.is_alive()


def test_without_a_drain_one_signal_is_enough():
    with bind_socket(ServerSettings(port=0)) as listener:
        server = create_server(Settings(), build=FakeBuilder())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: server.started)
        server.handle_exit(signal.SIGINT, None)
        thread.join(timeout=10)
    assert not thread.is_alive()
    assert not server.force_exit


@pytest.mark.parametrize(
    ("host", "access", "is_refused"),
    [
        ("127.0.0.1", {}, False),
        ("127.8.8.8", {}, False),
        ("::1", {}, False),
        ("localhost", {}, False),
        ("0.0.0.0", {}, True),
        ("::", {}, True),
        ("192.168.0.7", {}, True),
        ("printlink.example", {}, True),
        ("0.0.0.0", {"allow_anyone": True}, False),
        ("0.0.0.0", {"keys_file": "/etc/printlink/keys"}, False),
    ],
)
def test_nobody_listens_to_the_network_without_keys_unless_told_to(host, access, is_refused):
    settings = Settings(server=ServerSettings(host=host), access=AccessSettings(**access))
    if is_refused:
        with pytest.raises(OpenAccessError, match="PRINTLINK_ACCESS__ALLOW_ANYONE=true"):
            run_server(settings, build=FakeBuilder())
    else:
        check_access(settings)


def test_a_missing_file_of_keys_keeps_the_service_from_starting(tmp_path):
    access = AccessSettings(keys_file=tmp_path / "none")
    with pytest.raises(KeysFileError, match="printlink keys add NAME"):
        run_server(Settings(server=ServerSettings(port=0), access=access), build=FakeBuilder())


def test_a_caller_who_takes_nothing_is_cut_off_by_the_kernel():
    with bind_socket(ServerSettings(port=0, send_timeout_s=7)) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 7000


def test_an_answer_is_sent_at_once_and_not_when_its_head_was_acknowledged():
    with bind_socket(ServerSettings(port=0)) as listener:
        listener.listen()
        with (
            socket.create_connection(listener.getsockname()),
            listener.accept()[0] as connection,
        ):
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
