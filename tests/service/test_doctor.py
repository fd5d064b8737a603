"""The doctor says what would keep the service from starting, and what to do about it."""

import json
import os
import shutil
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from model_store import ModelStore
from service import doctor
from service.cli import cli
from service.doctor import CHECKS, Finding, Verdict, examine
from service.errors import ModelLoadError
from service.server import bind_socket
from service.settings import (
    AccessSettings,
    ModelSettings,
    ReaderSettings,
    RecognizeSettings,
    ServerSettings,
    Settings,
    TwinsSettings,
)
from service.versions import Served
from tests.model_store.models import FACTS, write_saved_model
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import LINK, FakePipeline


@pytest.fixture
def store(tmp_path):
    store = ModelStore(tmp_path / "store")
    for name in ("links", "links", "reader", "twins"):
        store.publish(
            write_saved_model(tmp_path / name / os.urandom(4).hex()), name=name, facts=FACTS
        )
    return store


@pytest.fixture
def healthy(store, monkeypatch):
    """Settings of an installation to which nothing is wrong."""
    serve(monkeypatch, FakePipeline(links=(LINK,) * 4))
    # The real one takes seconds to load; the slow tests do that.
    monkeypatch.setitem(sys.modules, "service.saved_model", ModuleType("saved_model"))
    return Settings(
        server=ServerSettings(port=0),
        model=ModelSettings(store_dir=store.root),
        reader=ReaderSettings(store_dir=store.root),
        twins=TwinsSettings(store_dir=store.root),
    )


def serve(monkeypatch, pipeline):
    monkeypatch.setattr(doctor, "build_pipeline", lambda *_: Served(pipeline, "fake", 7))


def find(settings, check):
    return next(finding for finding in examine(settings) if finding.check == check)


def change(settings, group, **fields):
    changed = getattr(settings, group).model_copy(update=fields)
    return settings.model_copy(update={group: changed})


def test_a_healthy_installation_has_nothing_to_complain_of(healthy, monkeypatch):
    monkeypatch.setattr(doctor, "count_cpus", lambda: 4)
    monkeypatch.setattr(doctor, "read_cpu_features", lambda: {"avx2": "AVX2"})
    monkeypatch.setattr(doctor, "read_memory_limit", lambda: 4 * 2**30)
    findings = {finding.check: finding for finding in examine(healthy)}
    assert list(findings) == list(CHECKS)
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert findings["memory"].detail == "limited to 4.0 GiB"
    assert findings["processors"].detail == f"4 of {os.cpu_count()} processors, AVX2"
    assert findings["detector"].detail.startswith("links/2 in ")
    assert findings["store"].detail == "4 versions are as they were published"
    assert findings["frame"].detail.startswith("4 of 4 links in ")


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(healthy, monkeypatch):
    def explode(_):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setitem(CHECKS, "memory", explode)
    assert find(healthy, "memory") == Finding(
        "memory", Verdict.FAIL, "ZeroDivisionError: by nothing"
    )
    assert find(healthy, "frame").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 13), "ok"), ((3, 10), "warn"), ((3, 14), "warn")]
)
def test_a_python_that_is_not_tested_is_told(healthy, monkeypatch, version, verdict):
    monkeypatch.setattr(sys, "version_info", version)
    assert doctor.check_python(healthy)[0] == verdict


@pytest.mark.parametrize(
    ("cpus", "features", "verdict", "told"),
    [
        (2, {"avx2": "AVX2", "avx512f": "AVX-512"}, "ok", "AVX2, AVX-512"),
        (1, {"avx2": "AVX2"}, "warn", "allow two"),
        (2, {"avx512_vnni": "VNNI"}, "warn", "without AVX2"),
        (2, {}, "ok", "2 of"),
    ],
)
def test_few_or_old_processors_are_told(healthy, monkeypatch, cpus, features, verdict, told):
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(doctor, "count_cpus", lambda: cpus)
    monkeypatch.setattr(doctor, "read_cpu_features", lambda: features)
    found, detail = doctor.check_processors(healthy)
    assert (found, told in detail) == (verdict, True)


def test_traces_are_sent_or_not_or_cannot_be(healthy, monkeypatch):
    endpoint = "http://localhost:4318/v1/traces"
    asking = change(healthy, "trace", endpoint=endpoint)
    assert find(healthy, "traces") == Finding("traces", Verdict.OK, "none")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    missing = find(asking, "traces")
    assert (missing.verdict, "install printlink[otel]" in missing.detail) == (Verdict.FAIL, True)


def test_little_memory_is_told(healthy, monkeypatch):
    monkeypatch.setattr(doctor, "read_memory_limit", lambda: 2**30)
    assert doctor.check_memory(healthy) == (
        "warn",
        "limited to 1.0 GiB; the service takes about 1 GiB, allow 2",
    )
    monkeypatch.setattr(doctor, "read_memory_limit", lambda: None)
    assert doctor.check_memory(healthy)[0] == "ok"


def test_a_tensorflow_that_does_not_load_is_told(healthy, monkeypatch):
    monkeypatch.setitem(sys.modules, "service.saved_model", None)
    verdict, detail = doctor.check_tensorflow(healthy)
    assert (verdict, "install printlink's packages again" in detail) == ("fail", True)


def test_missing_tesseract_is_told_if_it_is_used(healthy, tmp_path, monkeypatch):
    assert "url.traineddata" in find(healthy, "tesseract").detail
    stock = change(healthy, "tesseract", name="")
    missing = change(stock, "recognize", tessdata_dir=tmp_path)
    assert "apt install tesseract-ocr" in find(missing, "tesseract").detail
    unused = change(missing, "recognize", engine="ctc")
    assert find(unused, "tesseract").detail == "not used"
    monkeypatch.setenv("PATH", "")
    program = Settings(recognize=RecognizeSettings(engine="pytesseract"))
    assert doctor.check_tesseract(program)[0] == "fail"


def test_a_damaged_detector_fails_and_another_damaged_version_warns(healthy, store):
    (store.folder_of("links") / "1" / "saved_model.pb").write_bytes(b"other")
    assert find(healthy, "detector").verdict is Verdict.OK
    assert find(healthy, "store").verdict is Verdict.WARN
    (store.folder_of("links") / "2" / "saved_model.pb").write_bytes(b"other")
    assert find(healthy, "detector").verdict is Verdict.FAIL
    shutil.rmtree(store.folder_of("reader"))
    assert find(healthy, "reader").verdict is Verdict.FAIL
    shutil.rmtree(store.folder_of("twins"))
    assert find(healthy, "twins").verdict is Verdict.FAIL
    assert find(change(healthy, "twins", name=""), "twins").detail == "not used"


def test_a_detector_without_manifest_is_told_and_garbled_manifests_too(healthy, store):
    (store.folder_of("links") / "2" / "manifest.json").unlink()
    bare = change(healthy, "model", label_map={1: "https"})
    assert find(bare, "detector").verdict is Verdict.WARN
    (store.folder_of("links") / "1" / "manifest.json").write_text("{")
    assert "cannot be understood" in find(bare, "store").detail


def test_no_network_is_looked_for_where_none_reads(healthy, store):
    shutil.rmtree(store.folder_of("reader"))
    by_tesseract = change(healthy, "recognize", engine="tesserocr")
    assert find(by_tesseract, "reader").detail == "not used"
    assert find(by_tesseract, "twins").detail == "not used"


def test_a_taken_port_fails_unless_printlink_has_it(healthy):
    with bind_socket(ServerSettings(port=0)) as listener:
        listener.listen()
        taken = change(healthy, "server", port=listener.getsockname()[1])
        listener.close()
    assert find(taken, "port").verdict is Verdict.OK
    with open_server() as client:
        wait_until_ready(client)
        own = change(healthy, "server", port=client.base_url.port)
        assert "a printlink listens" in find(own, "port").detail


def test_a_port_that_somebody_else_has_fails(healthy, monkeypatch):
    monkeypatch.setattr(doctor, "_is_printlink", lambda _: False)
    with bind_socket(ServerSettings(port=0)) as listener:
        listener.listen()
        taken = change(healthy, "server", port=listener.getsockname()[1])
        found = find(taken, "port")
    assert (found.verdict, "choose another" in found.detail) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    ("host", "access", "verdict", "told"),
    [
        ("127.0.0.1", {}, "ok", "nobody else"),
        ("0.0.0.0", {}, "fail", "PRINTLINK_ACCESS__KEYS_FILE"),
        ("0.0.0.0", {"allow_anyone": True}, "warn", "proxy"),
        ("0.0.0.0", {"keys_file": "none"}, "fail", "printlink keys add NAME"),
        ("0.0.0.0", {"keys_file": "empty"}, "warn", "printlink keys add NAME"),
        ("0.0.0.0", {"keys_file": "one"}, "ok", "one of 1 keys"),
    ],
)
def test_who_may_call_is_told(healthy, tmp_path, host, access, verdict, told):
    (tmp_path / "empty").touch()
    (tmp_path / "one").write_text(f"phone {'0' * 64}\n")
    if "keys_file" in access:
        access = {"keys_file": tmp_path / access["keys_file"]}
    settings = healthy.model_copy(
        update={"server": ServerSettings(host=host, port=0), "access": AccessSettings(**access)}
    )
    found = find(settings, "callers")
    assert (found.verdict, told in found.detail) == (verdict, True)


def test_a_frame_without_links_or_a_slow_one_is_told(healthy, monkeypatch):
    serve(monkeypatch, FakePipeline(links=()))
    assert find(healthy, "frame").detail.startswith("0 of 4 links")
    assert find(healthy, "frame").verdict is Verdict.WARN
    monkeypatch.setattr(doctor, "_SLOW_S", 0.0)
    serve(monkeypatch, FakePipeline())
    assert "busy or slow" in find(healthy, "frame").detail


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("is_broken", [False, True])
def test_the_command_prints_a_line_a_check_and_fails_with_the_first_fail(
    healthy, store, monkeypatch, is_broken
):
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(store.root))
    monkeypatch.setenv("PRINTLINK_READER__STORE_DIR", str(store.root))
    monkeypatch.setenv("PRINTLINK_SERVER__PORT", "0")
    if is_broken:
        monkeypatch.setitem(CHECKS, "frame", refuse)
    plain = CliRunner().invoke(cli, ["doctor"])
    told = CliRunner().invoke(cli, ["doctor", "--json"])
    assert (plain.exit_code, told.exit_code) == (is_broken, is_broken)
    assert [line.split()[1] for line in plain.stdout.splitlines()] == list(CHECKS)
    last = json.loads(told.stdout.splitlines()[-1])
    assert last["check"] == "frame"
    assert last["verdict"] == ("fail" if is_broken else "ok")


def refuse(_):
    raise ModelLoadError("publish a model first")
