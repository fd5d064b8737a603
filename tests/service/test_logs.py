"""The log is JSON, one object a line, and holds nothing of what callers sent."""

import json
import logging
import sys
import warnings

import pytest
import structlog

from service.errors import DetectError
from service.logs import configure_logs, log_settings
from service.settings import LogSettings, Settings
from tests.service.clients import open_client, open_server, open_stream, wait_until_ready
from tests.service.fakes import FakeBuilder, FakePipeline
from tests.service.pictures import encode, make_picture

pytestmark = pytest.mark.usefixtures("restored_logging")


def read_log(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_and_those_of_libraries_have_one_form(capsys):
    configure_logs(LogSettings(), sys.stderr)
    structlog.get_logger("printlink").info("ours", x=1)
    logging.getLogger("uvicorn.error").warning("their %s", "line")
    structlog.get_logger("printlink").debug("too fine")
    ours, theirs = read_log(capsys)
    assert (ours["event"], ours["x"], ours["level"], ours["logger"]) == (
        "ours",
        1,
        "info",
        "printlink",
    )
    assert (theirs["event"], theirs["level"]) == ("their line", "warning")
    assert ours["timestamp"].endswith("Z")


def test_a_trace_has_types_and_places_but_no_message(capsys):
    configure_logs(LogSettings(), sys.stderr)
    log = structlog.get_logger("printlink")
    try:
        try:
            raise ValueError("https://read.example/")
        except ValueError as error:
            raise DetectError("https://read.example/") from error
    except DetectError as error:
        log.error("first", exc_info=error)
        log.exception("second")
        logging.getLogger("lib").exception("third")
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    assert "read.example" not in text
    for line in lines:
        assert line["error"] == ["DetectError", "ValueError"]
        assert "test_logs.py" in line["trace"][0]


def test_console_format_is_for_people(capsys):
    configure_logs(LogSettings(format="console", level="debug"), sys.stderr)
    structlog.get_logger("printlink").debug("hello")
    assert "[debug" in capsys.readouterr().err


def test_warnings_of_libraries_are_log_lines(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logs(LogSettings(), sys.stderr)
        warnings.warn("odd picture", stacklevel=1)
    (line,) = read_log(capsys)
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "odd picture" in line["event"]


def test_the_effective_settings_are_written(capsys):
    configure_logs(LogSettings(), sys.stderr)
    log_settings(Settings())
    (line,) = read_log(capsys)
    assert line["settings"]["server"]["port"] == 8000


@pytest.mark.anyio
async def test_a_request_is_one_line_without_path_query_or_links_and_a_probe_none(capsys):
    configure_logs(LogSettings(), sys.stderr)
    async with open_client() as client:
        capsys.readouterr()
        await client.post(
            "/v1/detect?token=hunter2",
            content=encode(make_picture()),
            headers={"Content-Type": "image/jpeg", "X-Request-ID": "r1"},
        )
        await client.get("/secret/path")
        await client.get("/healthz")
        text = capsys.readouterr().err
    answered, missing = (json.loads(line) for line in text.splitlines())
    assert (answered["route"], answered["status"], answered["request_id"]) == (
        "/v1/detect",
        200,
        "r1",
    )
    assert (missing["route"], missing["code"]) == ("unmatched", "not_found")
    assert "hunter2" not in text
    assert "tensorflow.org" not in text
    assert "secret" not in text


@pytest.mark.anyio
@pytest.mark.parametrize("error", [RuntimeError("https://read.example/"), DetectError("why")])
async def test_a_fault_of_ours_is_logged_with_its_trace_and_request(capsys, error):
    configure_logs(LogSettings(), sys.stderr)
    async with open_client(build=FakeBuilder(FakePipeline(error=error))) as client:
        capsys.readouterr()
        await client.post(
            "/v1/detect",
            content=encode(make_picture()),
            headers={"Content-Type": "image/jpeg", "X-Request-ID": "r2"},
        )
        lines = read_log(capsys)
    assert [line["event"] for line in lines] == ["internal_error", "request"]
    assert {line["request_id"] for line in lines} == {"r2"}
    assert lines[0]["error"] == [type(error).__name__]
    assert any("fakes.py" in place for place in lines[0]["trace"])
    assert lines[1]["status"] == 500


def test_a_stream_is_two_lines_without_path_query_or_links(capsys):
    configure_logs(LogSettings(), sys.stderr)
    with open_server() as client:
        wait_until_ready(client)
        with open_stream(client, "/v1/stream?token=hunter2") as stream:
            stream.ask(encode(make_picture()))
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    opened, ended = (line for line in lines if line["logger"] == "printlink.stream")
    assert (opened["event"], opened["client"]) == ("stream_opened", "anyone")
    assert (ended["event"], ended["end"], ended["answered"]) == ("stream_ended", "client", 1)
    assert opened["request_id"] == ended["request_id"]
    assert "hunter2" not in text
    assert "tensorflow.org" not in text
