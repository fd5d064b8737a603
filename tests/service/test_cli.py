"""The command line: links of pictures without a server, the store, and how a start fails."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from PIL import Image

from service.cli import main
from tests.service import clients
from tests.service.pictures import encode, make_page, make_picture
from tests.service.stores import publish_tiny

URL = "https://tensorflow.org/lite"

pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.fixture(scope="module")
def store_root(tmp_path_factory):
    return publish_tiny(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch, store_root):
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(store_root))
    monkeypatch.setenv("PRINTLINK_MODEL__NAME", "tiny")
    monkeypatch.setenv("PRINTLINK_DETECT__WARMUP_SIZES_PX", "[]")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.png"
    path.write_bytes(encode(make_page(URL), "PNG"))
    return path


@pytest.fixture
def run(monkeypatch, capfd):
    """Run `printlink ARGS` in this process; return its exit status, output and error output."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["printlink", *(str(arg) for arg in args)])
        with pytest.raises(SystemExit) as caught:
            main()
        return (caught.value.code or 0, *capfd.readouterr())

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the kernel has no full disk to try")
def test_a_picture_that_finds_no_room_is_told_and_the_links_are_there(run, page):
    status, out, err = run("detect", page, "--annotate", "/dev/full")
    assert (status, out) == (1, f"{page}: {URL}\n")
    assert err.endswith(f"printlink: {page}: No space left on device\n")


def test_detect_prints_one_line_for_each_link(run, page):
    status, out, _ = run("detect", page)
    assert (status, out) == (0, f"{page}: {URL}\n")


def test_detect_json_is_one_object_for_each_picture(run, page, tmp_path):
    plain = tmp_path / "plain.jpg"
    plain.write_bytes(encode(make_picture(200, 100)))
    status, out, _ = run("detect", "--json", page, plain)
    first, second = (json.loads(line) for line in out.splitlines())
    assert status == 0
    assert (first["file"], first["frame"]) == (str(page), {"width": 1200, "height": 400})
    assert [link["url"] for link in first["links"]] == [URL]
    assert (second["file"], second["links"]) == (str(plain), [])


def test_a_bad_file_is_reported_and_the_others_are_read(run, page, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    status, out, err = run("detect", text, tmp_path / "missing.jpg", page)
    assert (status, out) == (1, f"{page}: {URL}\n")
    assert f"printlink: {text}: expected a JPEG, PNG or WebP picture" in err
    assert f"printlink: {tmp_path / 'missing.jpg'}: No such file or directory" in err
    assert "Traceback" not in err


def test_annotate_draws_one_picture_into_a_file(run, page, tmp_path):
    output = tmp_path / "new" / "annotated.jpg"
    status, *_ = run("detect", "--annotate", output, page)
    with Image.open(output) as picture:
        assert (status, picture.format, picture.size) == (0, "JPEG", (1200, 400))


def test_annotate_draws_many_pictures_into_a_folder(run, page, tmp_path):
    other = page.with_name("other.png")
    other.write_bytes(page.read_bytes())
    output = tmp_path / "annotated"
    status, *_ = run("detect", "--annotate", output, page, other)
    assert status == 0
    assert sorted(path.name for path in output.iterdir()) == ["other.links.jpg", "page.links.jpg"]


def test_models_list_shows_what_the_store_holds(run, store_root):
    status, out, _ = run("models", "list")
    rows = [line.split("\t") for line in out.splitlines()]
    assert status == 0
    assert [row[:2] for row in rows] == [["tiny", "1"], ["tiny", "2"]]
    assert rows[0][3] == str(store_root / "tiny" / "1")


def test_models_list_shows_models_without_manifest(run, tmp_path, monkeypatch):
    root = publish_tiny(tmp_path)
    (root / "tiny" / "1" / "manifest.json").unlink()
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(root))
    assert "tiny\t1\tno manifest" in run("models", "list")[1]


def test_models_verify_tells_sound_models_from_changed_ones(run, tmp_path, monkeypatch):
    assert run("models", "verify")[:2] == (0, "tiny\t1\tok\ntiny\t2\tok\n")
    root = publish_tiny(tmp_path)
    (root / "tiny" / "1" / "saved_model.pb").write_bytes(b"other")
    monkeypatch.setenv("PRINTLINK_MODEL__STORE_DIR", str(root))
    status, out, _ = run("models", "verify")
    assert status == 1
    assert "saved_model.pb was changed" in out.splitlines()[0]
    assert out.splitlines()[1] == "tiny\t2\tok"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PRINTLINK_MODEL__NAME", "nothing", "`printlink models list` shows what there is"),
        ("PRINTLINK_SERVER__PRT", "1", "PRINTLINK_SERVER__PRT"),
    ],
)
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("detect", "page.jpg")])
def test_what_keeps_it_from_starting_is_one_message(
    run, monkeypatch, command, variable, value, message
):
    monkeypatch.setenv(variable, value)
    status, _, err = run(*command)
    (line,) = [line for line in err.splitlines() if line.startswith("printlink: ")]
    assert status == 2
    assert message in line
    assert "Traceback" not in err


def test_a_taken_port_is_one_message(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, _, err = run("serve", "--host", "127.0.0.1", "--port", taken.getsockname()[1])
    assert status == 2
    assert "choose another with --host and --port" in err


@pytest.mark.slow
def test_serve_answers_until_a_signal_comes(page):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from service.cli import main; main()",
        "serve",
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until_ready(port)
            answer = httpx.post(
                f"http://127.0.0.1:{port}/v1/detect",
                content=page.read_bytes(),
                headers={"Content-Type": "image/png"},
                timeout=30,
            )
        finally:
            server.send_signal(signal.SIGTERM)
            log, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert [link["url"] for link in answer.json()["links"]] == [URL]
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "starting"
    assert "model_ready" in events
    assert b"tensorflow.org" not in log


def wait_until_ready(port, *, timeout_s=180):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.2)
    pytest.fail("the server did not become ready")


def test_stream_prints_each_confirmed_link_of_a_video_once(run, tmp_path):
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (64, 48))
    for _ in range(20):
        writer.write(np.full((48, 64, 3), 200, np.uint8))
    writer.release()
    with clients.open_server() as client:
        clients.wait_until_ready(client)
        url = str(client.base_url)
        status, out, _ = run("stream", path, "--url", url, "--fps", "10")
        told, json_out, _ = run("stream", path, "--url", url, "--json")
    assert (status, told) == (0, 0)
    # The server of the test writes its log to the same place.
    assert [line for line in out.splitlines() if line[0] != "{"] == ["https://tensorflow.org/"]
    answers = [json.loads(line) for line in json_out.splitlines() if "frame_id" in line]
    assert answers[0]["links"][0]["url"] == "https://tensorflow.org/"


def test_stream_says_what_is_no_video_and_which_key_file_is_missing(run, tmp_path):
    status, _, err = run("stream", tmp_path / "none.mp4")
    assert (status, "is no camera and no video" in err) == (1, True)
    status, _, err = run("stream", "0", "--key-file", tmp_path / "none")
    assert (status, "none" in err, "Traceback" in err) == (1, True, False)
