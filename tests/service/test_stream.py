"""The stream as clients meet it: a real port, real WebSockets, a pipeline of our making."""

import signal
import threading
import time

import pytest
from websockets.exceptions import InvalidStatus

from service.errors import DetectError
from service.keys import Key, digest_secret, write_keys
from service.settings import (
    AccessSettings,
    DecodeSettings,
    RunnerSettings,
    ServerSettings,
    Settings,
    StreamSettings,
)
from tests.service.clients import open_server, open_stream, wait_until_ready
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_noise, make_picture

PAGE = encode(make_picture())
OTHER = encode(make_noise())
SECRET = "plk_test-key"


@pytest.fixture(scope="module")
def open_client():
    """A server without keys, for all tests that change nothing about it."""
    with open_server(Settings(decode=DecodeSettings(max_bytes=200_000))) as client:
        wait_until_ready(client)
        yield client


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "keys"
    write_keys(path, [Key("phone", digest_secret(SECRET))])
    return path


@pytest.fixture(scope="module")
def locked_client(keys_file):
    """A server that asks for a key, soon."""
    settings = Settings(
        access=AccessSettings(keys_file=keys_file), stream=StreamSettings(auth_timeout_s=0.5)
    )
    with open_server(settings) as client:
        wait_until_ready(client)
        yield client


def test_a_frame_is_answered_with_the_whole_document(open_client):
    with open_stream(open_client) as stream:
        answer = stream.ask(PAGE)
    spent = answer.pop("timings_ms")
    assert set(spent) == {"decode", "detect", "recognize", "total", "wait", "follow"}
    assert answer.pop("age_ms") > 0
    assert 0 < answer.pop("advised_fps") <= 10
    (link,) = answer.pop("links")
    assert (link["url"], link["track_id"]) == ("https://tensorflow.org/", 0)
    assert link["confirmed"] is False
    assert answer == {
        "type": "result",
        "frame_id": 0,
        "dropped": 0,
        "frame": {"width": 96, "height": 64},
        "model": {"name": "fake", "version": 7},
        "unchanged": False,
        "followed": False,
    }


def test_a_link_that_stays_keeps_its_track_and_is_confirmed(open_client):
    with open_stream(open_client) as stream:
        answers = [stream.ask(PAGE) for _ in range(3)]
    links = [answer["links"][0] for answer in answers]
    assert {link["track_id"] for link in links} == {0}
    assert [link["confirmed"] for link in links] == [False, False, True]
    assert [answer["unchanged"] for answer in answers] == [False, True, True]
    assert [answer["frame_id"] for answer in answers] == [0, 1, 2]


def test_a_bad_frame_is_a_message_and_not_the_end(open_client):
    with open_stream(open_client) as stream:
        bad, empty, good = stream.ask(b"text"), stream.ask(b""), stream.ask(PAGE)
    assert (bad["type"], bad["frame_id"]) == ("error", 0)
    assert bad["error"]["code"] == "unsupported_media_type"
    assert bad["error"]["request_id"]
    assert (empty["frame_id"], empty["error"]["code"]) == (1, "frame_empty")
    assert (good["type"], good["frame_id"]) == ("result", 2)


@pytest.mark.parametrize(
    "text",
    [
        {"type": "configure", "max_fps": 0},
        {"type": "configure", "min_confidence": 2},
        {"type": "configure", "colour": "red"},
        {"type": "dance"},
        {},
        [],
    ],
)
def test_a_message_that_cannot_be_understood_leaves_the_stream_open(open_client, text):
    with open_stream(open_client) as stream:
        stream.send(text)
        complaint, answer = stream.receive(), stream.ask(PAGE)
    assert (complaint["type"], complaint["frame_id"]) == ("error", None)
    assert complaint["error"]["code"] == "validation_failed"
    assert answer["type"] == "result"


def test_links_below_the_wanted_confidence_are_left_out(open_client):
    with open_stream(open_client) as stream:
        stream.send({"type": "configure", "min_confidence": 0.99})
        assert stream.ask(PAGE)["links"] == []
        stream.send({"type": "configure", "min_confidence": 0.5})
        assert len(stream.ask(PAGE)["links"]) == 1


def test_a_stream_keeps_to_the_rate_that_it_asked_for(open_client):
    with open_stream(open_client) as stream:
        stream.send({"type": "configure", "max_fps": 4})
        started = time.monotonic()
        answers = [stream.ask(PAGE) for _ in range(3)]
    assert time.monotonic() - started >= 0.5
    assert answers[-1]["advised_fps"] <= 4


def test_a_message_that_is_too_big_ends_the_stream(open_client):
    with open_stream(open_client) as stream:
        stream.send(bytes(200_001))
        code, _ = stream.wait_for_close()
    assert code == 1009
    with open_stream(open_client) as stream:
        stream.send({"type": "configure", "padding": "x" * 5000})
        code, (complaint,) = stream.wait_for_close()
    assert (code, complaint["error"]["code"]) == (1009, "body_too_large")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_a_page_of_another_site_may_not_open_a_stream(open_client, origin):
    with (
        pytest.raises(InvalidStatus) as refused,
        open_stream(open_client, additional_headers={"Origin": origin}),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert b"origin_refused" in refused.value.response.body


def test_a_page_of_this_site_may_open_a_stream(open_client):
    own = str(open_client.base_url).rstrip("/")
    with open_stream(open_client, additional_headers={"Origin": own}) as stream:
        assert stream.ask(PAGE)["type"] == "result"


def test_the_newest_frame_wins_and_the_dropped_are_counted():
    builder = FakeBuilder(FakePipeline(delay_s=0.3))
    with open_server(build=builder) as client:
        wait_until_ready(client)
        with open_stream(client) as stream:
            stream.send(PAGE)
            time.sleep(0.15)
            for _ in range(20):
                stream.send(OTHER)
            first, second = stream.receive(), stream.receive()
        counted = client.get("/metrics").text
    assert (first["frame_id"], first["dropped"] <= 19) == (0, True)
    assert (second["frame_id"], second["dropped"]) == (20, 19)
    assert 'printlink_stream_frames_total{outcome="result"} 2.0' in counted
    assert "printlink_stream_age_seconds_count 2.0" in counted


@pytest.mark.parametrize("error", [DetectError("secret"), RuntimeError("secret")])
def test_a_fault_of_ours_costs_a_frame_and_tells_nothing(error):
    pipeline = FakePipeline(error=error)
    with open_server(build=FakeBuilder(pipeline)) as client:
        wait_until_ready(client)
        with open_stream(client) as stream:
            failed = stream.ask(PAGE)
            pipeline.error = None
            answered = stream.ask(OTHER)
    assert (failed["frame_id"], failed["error"]["code"]) == (0, "internal")
    assert "secret" not in str(failed)
    assert answered["type"] == "result"


def test_a_frame_that_takes_too_long_is_given_up_and_the_stream_goes_on():
    settings = Settings(runner=RunnerSettings(workers=2, deadline_s=0.3))
    pipeline = FakePipeline(delay_s=1.5)
    with open_server(settings, FakeBuilder(pipeline)) as client:
        wait_until_ready(client)
        with open_stream(client) as stream:
            late = stream.ask(PAGE)
            pipeline.delay_s = 0.0
            answered = stream.ask(OTHER)
    assert (late["frame_id"], late["error"]["code"]) == (0, "deadline_exceeded")
    assert (answered["frame_id"], answered["type"]) == (1, "result")


KEY_WAYS = {
    "bearer": {"additional_headers": {"Authorization": f"Bearer {SECRET}"}},
    "header": {"additional_headers": {"X-API-Key": SECRET}},
    "protocol": {"subprotocols": ["printlink.v1", f"printlink.key.{SECRET}"]},
}


@pytest.mark.parametrize("way", KEY_WAYS)
def test_a_key_is_taken_from_headers_and_sub_protocols(locked_client, way):
    with open_stream(locked_client, **KEY_WAYS[way]) as stream:
        assert stream.ask(PAGE)["type"] == "result"
        assert stream.socket.subprotocol == ("printlink.v1" if way == "protocol" else None)


def test_a_key_is_taken_from_the_first_message(locked_client):
    with open_stream(locked_client) as stream:
        stream.send({"type": "auth", "api_key": SECRET})
        assert stream.ask(PAGE)["frame_id"] == 0


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ({"additional_headers": {"X-API-Key": "plk_wrong"}}, None),
        ({}, {"type": "auth", "api_key": "plk_wrong"}),
        ({}, {"type": "configure", "max_fps": 1}),
        ({}, PAGE),
        ({}, None),
    ],
    ids=["wrong header", "wrong message", "other message", "frame", "silence"],
)
def test_without_a_key_a_stream_is_closed_by_policy(locked_client, options, first):
    with open_stream(locked_client, **options) as stream:
        if first is not None:
            stream.send(first)
        code, (complaint,) = stream.wait_for_close()
    assert (code, complaint["error"]["code"]) == (1008, "unauthorized")


def test_a_key_in_the_url_opens_nothing(locked_client):
    with open_stream(locked_client, f"/v1/stream?api_key={SECRET}") as stream:
        assert stream.wait_for_close()[0] == 1008


def test_a_revoked_key_ends_its_streams(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", digest_secret(SECRET))])
    with open_server(Settings(access=AccessSettings(keys_file=path))) as client:
        wait_until_ready(client)
        with open_stream(client, **KEY_WAYS["header"]) as stream:
            stream.ask(PAGE)
            write_keys(path, [])
            stream.send(PAGE)
            code, (complaint,) = stream.wait_for_close()
    assert (code, complaint["error"]["code"]) == (1008, "unauthorized")


def test_requests_and_streams_share_the_frames_of_a_key(tmp_path):
    path = tmp_path / "keys"
    write_keys(path, [Key("phone", digest_secret(SECRET), 60)])
    access = AccessSettings(keys_file=path, burst_frames=2)
    headers = {"X-API-Key": SECRET, "Content-Type": "image/jpeg"}
    with open_server(Settings(access=access)) as client:
        wait_until_ready(client)
        with open_stream(client, **KEY_WAYS["header"]) as stream:
            stream.ask(PAGE)
            assert client.post("/v1/detect", content=PAGE, headers=headers).status_code == 200
            limited = client.post("/v1/detect", content=PAGE, headers=headers)
            started = time.monotonic()
            stream.ask(PAGE)
            waited_s = time.monotonic() - started
        counted = client.get("/metrics").text
    assert (limited.status_code, limited.json()["code"]) == (429, "rate_limited")
    assert limited.headers["retry-after"] == "1"
    assert waited_s > 0.3
    assert "printlink_rate_limited_total" in counted


def test_one_stream_too_many_is_told_to_come_back():
    settings = Settings(stream=StreamSettings(max_streams=1))
    with open_server(settings) as client:
        wait_until_ready(client)
        with open_stream(client) as first:
            first.ask(PAGE)
            with open_stream(client) as second:
                code, (complaint,) = second.wait_for_close()
            assert first.ask(PAGE)["type"] == "result"
    assert (code, complaint["error"]["code"]) == (1013, "too_many_streams")


def test_a_service_that_is_loading_turns_streams_away():
    gate = threading.Event()
    with open_server(build=FakeBuilder(gate=gate)) as client:
        with open_stream(client) as stream:
            code, (complaint,) = stream.wait_for_close()
        gate.set()
    assert (code, complaint["error"]["code"]) == (1013, "not_ready")


def test_a_silent_stream_is_closed():
    settings = Settings(stream=StreamSettings(idle_timeout_s=0.2))
    with open_server(settings) as client:
        wait_until_ready(client)
        with open_stream(client) as stream:
            assert stream.wait_for_close() == (1008, [])


def test_a_stopping_server_gives_the_last_answer_before_it_says_so():
    settings = Settings(server=ServerSettings(stop_timeout_s=10))
    with open_server(settings, FakeBuilder(FakePipeline(delay_s=0.5))) as client:
        wait_until_ready(client)
        with open_stream(client) as busy, open_stream(client) as idle:
            idle.ask(OTHER)
            busy.send(PAGE)
            time.sleep(0.2)
            client.server.handle_exit(signal.SIGTERM, None)
            code, (answer,) = busy.wait_for_close()
            assert idle.wait_for_close() == (1012, [])
    assert (code, answer["type"]) == (1012, "result")


def test_streams_wait_for_their_turn_where_no_request_may_wait():
    settings = Settings(runner=RunnerSettings(workers=1, max_queued=0))
    with open_server(settings, FakeBuilder(FakePipeline(delay_s=0.1))) as client:
        wait_until_ready(client)
        with open_stream(client) as one, open_stream(client) as two:
            for stream in (one, two):
                stream.send(PAGE)
            kinds = {stream.receive()["type"] for stream in (one, two)}
    assert kinds == {"result"}
