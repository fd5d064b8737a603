"""The product as people get it: the shipped model, the real Tesseract, a real server process."""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from printlink.client import Client

pytestmark = pytest.mark.slow

FRAMES = Path(__file__).parent.parent / "bench" / "frames"
PAGE = FRAMES / "page.jpg"
PRINTLINK = [sys.executable, "-c", "from service.cli import main; main()"]
JPEG = {"Content-Type": "image/jpeg"}
START_S = 180.0

# What is printed on the sample page, as `training/synth/samples.py` sets it; two of them wrap.
PRINTED = [
    "https://www.tensorflow.org/tutorials",
    "https://keras.io/guides/",
    "https://tesseract-ocr.github.io/tessdoc/",
    "http://www.gutenberg.org/ebooks/2701",
    "ftp://ftp.gnu.org/gnu/emacs",
    "https://www.debian.org",
    "https://www.rfc-editor.org/rfc/rfc3986",
]


@pytest.fixture(scope="module")
def client():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*PRINTLINK, "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                wait_until_ready(client, server)
                yield client
        finally:
            server.terminate()
    assert server.returncode == 0


def wait_until_ready(client, server):
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended by itself"
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail("the server never became ready")


def post(client, frame, **headers):
    return client.post("/v1/detect", content=frame.read_bytes(), headers=JPEG | headers)


def test_the_links_of_the_sample_page_are_found_exactly(client):
    answer = post(client, PAGE).json()
    assert [link["url"] for link in answer["links"]] == PRINTED
    assert answer["frame"] == {"width": 1080, "height": 1440}
    assert answer["model"]["name"] == "links"


def test_boxes_lie_inside_the_frame_and_prefixes_inside_their_links(client):
    for link in post(client, PAGE).json()["links"]:
        left, top, right, bottom = link["box"]
        assert 0 <= left < right <= 1080
        assert 0 <= top < bottom <= 1440
        x = (link["prefix"]["box"][0] + link["prefix"]["box"][2]) / 2
        assert left <= x <= right


def test_the_picture_answer_is_the_frame_with_something_drawn(client):
    response = post(client, PAGE, Accept="image/jpeg")
    assert response.headers["content-type"] == "image/jpeg"
    assert response.content[:3] == b"\xff\xd8\xff"


def test_metrics_count_the_frames_and_the_links(client):
    post(client, PAGE)
    text = client.get("/metrics").text
    assert re.search(r'printlink_frames_total\{outcome="links"\} [1-9]', text)
    assert re.search(r'printlink_model_info\{.*name="links".*\} 1\.0', text)


def test_the_command_line_finds_the_same_without_a_server(client):
    served = [link["url"] for link in post(client, PAGE).json()["links"]]
    command = [*PRINTLINK, "detect", "--json", str(PAGE)]
    done = subprocess.run(command, capture_output=True, check=True)
    answer = json.loads(done.stdout)
    assert [link["url"] for link in answer["links"]] == served


def test_a_stream_keeps_the_tracks_of_the_sample_page_and_confirms_them(client):
    with Client(str(client.base_url), timeout_s=120) as streaming:
        answers = list(streaming.stream([PAGE.read_bytes()] * 3))
    assert [[link.url for link in answer.links] for answer in answers] == [PRINTED] * 3
    numbers = [[link.track_id for link in answer.links] for answer in answers]
    assert numbers == [numbers[0]] * 3
    assert sorted(numbers[0]) == list(range(len(PRINTED)))
    assert [len(answer.confirmed) for answer in answers[:2]] == [0, 0]
    assert answers[2].confirmed
