"""The client against a real server process' port, with a pipeline of our making behind it."""

import asyncio
import signal
import threading

import pytest

from printlink.client import AsyncClient, Client
from printlink.errors import ServiceError, UnreachableError
from service.keys import Key, digest_secret, write_keys
from service.server import bind_socket, create_server
from service.settings import AccessSettings, ServerSettings, Settings
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder
from tests.service.pictures import encode, make_noise, make_picture

PAGE = encode(make_picture())
OTHER = encode(make_noise())
SECRET = "plk_test-key"


@pytest.fixture(scope="module")
def url():
    with open_server() as client:
        wait_until_ready(client)
        yield str(client.base_url)


@pytest.fixture(scope="module")
def locked_url(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "keys"
    write_keys(path, [Key("phone", digest_secret(SECRET))])
    with open_server(Settings(access=AccessSettings(keys_file=path))) as client:
        wait_until_ready(client)
        yield str(client.base_url)


def test_a_picture_is_answered(url):
    with Client(url) as client:
        found = client.detect(PAGE)
    assert (found.width, found.height) == (96, 64)
    (link,) = found.links
    assert (link.url, link.box) == ("https://tensorflow.org/", (10.0, 20.0, 200.0, 40.0))
    assert (link.track_id, link.is_confirmed) == (None, False)
    assert link.fields["host"]["registrable"] == "tensorflow.org"


def test_a_bad_picture_is_an_error_with_its_code(url):
    with Client(url) as client, pytest.raises(ServiceError, match="unsupported_media_type") as no:
        client.detect(b"text")
    assert (no.value.status, bool(no.value.request_id)) == (415, True)


def test_a_stream_answers_every_frame_in_order(url):
    with Client(url) as client:
        answers = list(client.stream([PAGE, PAGE, b"text", PAGE, PAGE]))
    assert [answer.frame for answer in answers] == [0, 1, 2, 3, 4]
    assert [answer.error and answer.error.code for answer in answers] == [
        None,
        None,
        "unsupported_media_type",
        None,
        None,
    ]
    assert [len(answer.confirmed) for answer in answers] == [0, 0, 0, 1, 1]
    assert answers[0].links[0].track_id == 0
    assert answers[0].age_ms > 0
    assert 0 < answers[0].advised_fps <= 10


def test_a_stream_without_frames_ends_at_once(url):
    with Client(url) as client:
        assert list(client.stream([])) == []


def test_a_stream_may_be_left_before_its_end(url):
    frames = iter([PAGE] * 50)
    with Client(url) as client:
        for answer in client.stream(frames):
            if answer.frame == 1:
                break
        assert client.detect(PAGE).links
    assert sum(1 for _ in frames) > 40


def test_what_the_frames_raise_reaches_the_caller(url):
    def fail():
        yield PAGE
        raise ZeroDivisionError

    with Client(url) as client, pytest.raises(ZeroDivisionError):
        list(client.stream(fail()))


def test_wishes_are_sent(url):
    with Client(url) as client:
        (answer,) = client.stream([PAGE], min_confidence=0.99, max_fps=5)
    assert (answer.links, answer.advised_fps <= 5) == ((), True)


def test_wishes_that_the_service_does_not_grant_are_an_error(url):
    with Client(url) as client, pytest.raises(ServiceError, match="validation_failed"):
        list(client.stream([PAGE] * 3, max_fps=-1))


def test_a_key_opens_both_ways(locked_url):
    with Client(locked_url, api_key=SECRET) as client:
        assert client.detect(PAGE).links
        assert len(list(client.stream([PAGE]))) == 1


def test_without_a_key_both_ways_are_closed(locked_url):
    with Client(locked_url) as client:
        with pytest.raises(ServiceError, match="unauthorized"):
            client.detect(PAGE)
        with pytest.raises(ServiceError, match="unauthorized"):
            list(client.stream([PAGE]))


def test_where_no_service_is_the_client_says_so():
    with bind_socket(ServerSettings(port=0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(url, timeout_s=0.4) as client:
            with pytest.raises(UnreachableError):
                client.detect(PAGE)
            with pytest.raises(UnreachableError):
                list(client.stream([PAGE]))


@pytest.mark.anyio
async def test_the_asynchronous_client_takes_asynchronous_frames(url):
    async def frames():
        for data in (PAGE, OTHER):
            await asyncio.sleep(0.01)
            yield data

    async with AsyncClient(url) as client:
        assert (await client.detect(PAGE)).links
        assert [answer.frame async for answer in client.stream(frames())] == [0, 1]


class Servers:
    """One server after the other on the same port."""

    def __init__(self):
        self.listener = bind_socket(ServerSettings(port=0))
        self.port = self.listener.getsockname()[1]
        self.started = []
        self.start(self.listener)

    def start(self, listener):
        self.server = create_server(Settings(), build=FakeBuilder())
        thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        thread.start()
        self.started.append(thread)

    def restart(self):
        self.server.handle_exit(signal.SIGTERM, None)
        self.started[-1].join(timeout=20)
        self.start(bind_socket(ServerSettings(port=self.port)))

    def stop(self):
        self.server.should_exit = True
        for thread in self.started:
            thread.join(timeout=20)
            assert not thread.is_alive()


def test_a_stream_outlives_a_restart_of_the_service():
    servers = Servers()
    try:

        def frames():
            for number in range(6):
                if number == 3:
                    servers.restart()
                yield PAGE

        with Client(f"http://127.0.0.1:{servers.port}") as client:
            answers = list(client.stream(frames()))
    finally:
        servers.stop()
    assert [answer.frame for answer in answers] == [0, 1, 2, 3, 4, 5]
    assert [answer.links[0].is_confirmed for answer in answers[:4]] == [False, False, True, False]
