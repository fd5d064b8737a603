"""Traces: a span for each request and frame, its stages inside, and nothing of what was read."""

import http.server
import json
import sys
import threading
import time

import pytest
from PIL import Image

from service.cli import main
from service.errors import DetectError, TracesMissingError
from service.logs import configure_logs
from service.pipeline import Pipeline
from service.settings import ExpandSettings, LogSettings, Settings, TraceSettings, UrlSettings
from service.traces import Traces, describe, open_trace, open_traces, span
from tests.service.clients import open_client, open_server, open_stream, wait_until_ready
from tests.service.fakes import FakeBuilder, FakeDetector, FakePipeline
from tests.service.pictures import encode, make_noise, make_picture
from tests.service.printed import print_page
from tests.service.test_pipeline import Reads, open_reader

WHY = "comes with printlink[otel]"
sdk = pytest.importorskip("opentelemetry.sdk.trace", reason=WHY)
export = pytest.importorskip("opentelemetry.sdk.trace.export", reason=WHY)
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter", reason=WHY)
wire = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason=WHY)

pytestmark = pytest.mark.usefixtures("restored_logging")

JPEG = {"Content-Type": "image/jpeg"}
TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}
FRAME = encode(make_picture())


class Kept:
    """Traces that keep their spans in memory."""

    def __init__(self):
        self._exporter = memory.InMemorySpanExporter()
        provider = sdk.TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(export.SimpleSpanProcessor(self._exporter))
        self.traces = Traces(provider)

    @property
    def spans(self):
        """In the order in which they began."""
        return sorted(self._exporter.get_finished_spans(), key=lambda one: one.start_time)


@pytest.fixture
def kept():
    return Kept()


async def detect(kept, build=None, *, frame=FRAME, **headers):
    async with open_client(build=build, traces=kept.traces) as client:
        return await client.post("/v1/detect", content=frame, headers=JPEG | headers)


def tree_of(spans):
    """Return the name of each span with the name of what it is inside of."""
    by_id = {one.context.span_id: one.name for one in spans}
    return [(one.name, by_id.get(one.parent.span_id) if one.parent else None) for one in spans]


def test_without_a_collector_nothing_is_made():
    traces = open_traces(TraceSettings())
    with traces.follow(CALLER), open_trace("request") as opened:
        describe({"printlink.links": 1}, is_failed=True)
        assert opened is None
        assert span("decode") is span("detect")
    traces.close()


@pytest.mark.anyio
async def test_a_request_is_a_span_with_its_stages_inside(kept):
    page = print_page(["see https://keras.io/guides/ for more"])
    pipeline = Pipeline(
        FakeDetector(page.prefixes),
        open_reader(Reads("https://keras.io/guides/")),
        expand=ExpandSettings(),
        url=UrlSettings(join_wrapped=False),
    )
    answer = await detect(
        kept,
        FakeBuilder(pipeline),
        frame=encode(Image.fromarray(page.frame.pixels), "PNG"),
        **{"X-Request-ID": "r"},
    )
    assert answer.status_code == 200
    assert tree_of(kept.spans) == [
        ("POST /v1/detect", None),
        ("decode", "POST /v1/detect"),
        ("detect", "POST /v1/detect"),
        ("read", "POST /v1/detect"),
        ("expand", "read"),
        ("recognize", "read"),
        # What stands before the link.
        ("expand", "read"),
        ("recognize", "read"),
    ]
    assert dict(kept.spans[0].attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/detect",
        "http.response.status_code": 200,
        "printlink.request_id": "r",
        "printlink.model.name": "fake",
        "printlink.model.version": 7,
        "printlink.links": 1,
    }
    assert kept.spans[0].kind.name == "SERVER"


@pytest.mark.anyio
async def test_a_caller_that_is_traced_has_the_request_below_its_own_span(kept):
    await detect(kept, **CALLER)
    first = kept.spans[0]
    assert (f"{first.context.trace_id:032x}", f"{first.parent.span_id:016x}") == (TRACE_ID, SPAN_ID)
    assert {one.context.trace_id for one in kept.spans} == {first.context.trace_id}


@pytest.mark.anyio
@pytest.mark.parametrize("sent", ["", "00-1-2-3", "ff" * 400, f"00-{'0' * 32}-{SPAN_ID}-01"])
async def test_a_traceparent_that_is_none_begins_a_new_trace(kept, sent):
    assert (await detect(kept, traceparent=sent)).status_code == 200
    assert kept.spans[0].parent is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "code", "status"),
    [(DetectError("https://read.example/"), "internal", "ERROR"), (None, None, "UNSET")],
)
async def test_a_fault_of_ours_marks_the_span_without_its_message(kept, error, code, status):
    await detect(kept, FakeBuilder(FakePipeline(error=error)))
    request = kept.spans[0]
    assert (request.attributes.get("error.type"), request.status.status_code.name) == (code, status)
    assert "read.example" not in "".join(one.to_json() for one in kept.spans)


@pytest.mark.anyio
async def test_no_span_has_the_path_the_query_or_a_link(kept):
    async with open_client(traces=kept.traces) as client:
        await client.post("/v1/detect?token=hunter2", content=FRAME, headers=JPEG)
        await client.get("/secret/path")
    text = "".join(one.to_json() for one in kept.spans)
    assert [word for word in ("hunter2", "secret", "tensorflow.org") if word in text] == []
    assert [one.name for one in kept.spans] == ["POST /v1/detect", "decode", "GET unmatched"]


@pytest.mark.anyio
async def test_a_probe_is_not_worth_a_span(kept):
    async with open_client(traces=kept.traces) as client:
        for path in ("/healthz", "/readyz", "/metrics"):
            await client.get(path, headers=CALLER)
    assert kept.spans == []


@pytest.mark.anyio
async def test_log_lines_have_the_ids_of_their_span(kept, capsys):
    configure_logs(LogSettings(), sys.stderr)
    await detect(kept, FakeBuilder(FakePipeline(error=RuntimeError())), **CALLER)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    traced = [line for line in lines if "trace_id" in line]
    assert [line["event"] for line in traced] == ["internal_error", "request"]
    assert {line["trace_id"] for line in traced} == {TRACE_ID}
    assert {line["span_id"] for line in traced} == {f"{kept.spans[0].context.span_id:016x}"}


class Collector:
    """A collector as the exporter sees it; `spans` has what it was sent."""

    def __init__(self):
        self.spans = []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                sent = wire.ExportTraceServiceRequest()
                sent.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
                collector.spans += [
                    one
                    for resource in sent.resource_spans
                    for scope in resource.scope_spans
                    for one in scope.spans
                ]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def trace(self, **settings):
        """Return the settings of a service that sends its spans here."""
        endpoint = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        return Settings(trace=TraceSettings(endpoint=endpoint, **settings))


def ask_stream(settings, **options):
    with open_server(settings) as client:
        wait_until_ready(client)
        with open_stream(client, **options) as stream:
            return [stream.ask(frame)["type"] for frame in (FRAME, encode(make_noise()), b"none")]


def test_each_frame_of_a_stream_is_a_span_and_a_stop_sends_the_last_ones():
    with Collector() as collector:
        answers = ask_stream(collector.trace(), additional_headers=CALLER)
    frames = [one for one in collector.spans if one.name == "stream frame"]
    assert answers == ["result", "result", "error"]
    assert len(frames) == 3
    assert {one.trace_id.hex() for one in frames} == {TRACE_ID}
    assert {one.parent_span_id.hex() for one in frames} == {SPAN_ID}
    parts = [one.name for one in collector.spans if one.parent_span_id == frames[1].span_id]
    # Small to see what moved, and in full to be looked at.
    assert sorted(parts) == ["decode", "decode", "follow"]
    facts = {fact.key: fact.value for fact in frames[2].attributes}
    assert facts["error.type"].string_value == "unsupported_media_type"
    assert facts["printlink.frame_id"].int_value == 2


def test_frames_that_no_caller_traces_are_traces_of_their_own_as_often_as_is_wanted():
    with Collector() as collector:
        ask_stream(collector.trace())
        traces = {one.trace_id for one in collector.spans if one.name == "stream frame"}
        assert len(traces) == 3
        collector.spans.clear()
        ask_stream(collector.trace(sample_ratio=0))
        assert collector.spans == []


def test_a_collector_that_is_gone_keeps_nobody_waiting():
    settings = Settings(trace=TraceSettings(endpoint="http://127.0.0.1:9/v1/traces"))
    started = time.monotonic()
    assert ask_stream(settings) == ["result", "result", "error"]
    assert time.monotonic() - started < 10


def test_traces_without_opentelemetry_are_told_at_the_start(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    settings = TraceSettings(endpoint="http://localhost:4318/v1/traces")
    with pytest.raises(TracesMissingError, match=r"install printlink\[otel\], or unset it"):
        open_traces(settings)
    monkeypatch.setenv("PRINTLINK_TRACE__ENDPOINT", settings.endpoint)
    monkeypatch.setattr(sys, "argv", ["printlink", "serve", "--port", "0"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "printlink: PRINTLINK_TRACE__ENDPOINT asks for traces" in capsys.readouterr().err
