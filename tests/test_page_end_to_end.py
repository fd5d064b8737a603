"""The camera page as people get it: real Chromium, real server process, shipped model."""

import base64
import subprocess
import time

import cv2
import httpx
import numpy as np
import pytest
from PIL import Image

from bench.ondevice import PageUser
from tests.service.browser import (
    PAGE,
    find_port,
    measure_overlap,
    open_browser,
    open_tab,
    write_video,
)
from tests.test_end_to_end import PRINTLINK

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LINK = "https://keras.io/guides/"
START_S = 600.0

# What the camera shows at this moment, and the outlines as they lie on it, in its pixels.
LOOK = """
() => {
  const video = document.getElementById("video");
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const overlay = document.getElementById("overlay");
  const back = overlay.getScreenCTM().inverse();
  const outlines = [...overlay.querySelectorAll(".box")].map((box) => {
    const shape = box.querySelector(".line");
    const matrix = back.multiply(shape.getScreenCTM());
    const points = [...shape.points].map((point) => point.matrixTransform(matrix));
    return [box.dataset.url, points.map(({ x, y }) => [x, y])];
  });
  return {
    picture: canvas.toDataURL("image/jpeg", 0.95).split(",")[1],
    outlines: overlay.classList.contains("is-lost") ? [] : outlines,
  };
}
"""


class Server:
    """The command that people run, which can be stopped and started again on the same port."""

    def __init__(self):
        self.port = find_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=120)
        self.process = None

    def start(self):
        command = [*PRINTLINK, "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + START_S
        while not self.is_ready():
            assert self.process.poll() is None, "the server ended by itself"
            assert time.monotonic() < end, "the server never became ready"
            time.sleep(0.2)

    def is_ready(self):
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)

    def find_links(self, picture):
        headers = {"Content-Type": "image/jpeg"}
        answer = self.client.post("/v1/detect", content=picture, headers=headers)
        links = answer.raise_for_status().json()["links"]
        return {link["url"]: link["lines"][0]["polygon"] for link in links}


@pytest.fixture(scope="module")
def server():
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.client.close()


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """The sample page held still, and in a hand that moves and turns."""
    folder = tmp_path_factory.mktemp("camera")
    page = cv2.imread(str(PAGE))
    return {
        "still": write_video(folder / "still.y4m", [page] * 2),
        "moving": write_video(folder / "moving.y4m", [move(page, turn) for turn in range(24)]),
    }


def move(page, turn, turns=24):
    """Return the page as a hand holds it at one of `turns` moments of two slow circles."""
    angle = 2 * np.pi * turn / turns
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2 * np.sin(angle), 1)
    matrix[:, 2] += 40 * np.cos(angle), 30 * np.sin(angle)
    return cv2.warpAffine(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def visit(tab, server):
    tab.context.set_default_timeout(180_000)
    tab.goto(f"http://localhost:{server.port}/")


def wait_for_link(tab, url):
    tab.locator("#links li", has_text=url).wait_for()


def measure_overlaps(server, look):
    """Return the IoU of each outline on the page with what the service finds in that picture."""
    truth = server.find_links(base64.b64decode(look["picture"]))
    return {
        url: measure_overlap(outline, truth[url])
        for url, outline in look["outlines"]
        if url in truth
    }


def test_a_chosen_picture_shows_its_links(server, videos):
    with open_browser(videos["still"]) as browser, open_tab(browser, camera=False) as tab:
        visit(tab, server)
        tab.locator("#file").set_input_files(PAGE)
        wait_for_link(tab, LINK)
        assert tab.locator("#links li .url").all_inner_texts() == list(
            server.find_links(PAGE.read_bytes())
        )


def test_boxes_stay_on_the_links_while_the_camera_moves(server, videos):
    with open_browser(videos["moving"]) as browser, open_tab(browser) as tab:
        visit(tab, server)
        wait_for_link(tab, LINK)
        found = [measure_overlaps(server, look) for look in watch(tab, looks=4)]
    overlaps = [overlap for one in found for overlap in one.values()]
    assert len(overlaps) >= 12
    assert np.median(overlaps) >= 0.5, overlaps


def watch(tab, *, looks):
    """Return what the page shows at several moments, with links in each."""
    seen = []
    end = time.monotonic() + 120
    while len(seen) < looks:
        assert time.monotonic() < end, "the page lost the links"
        tab.wait_for_timeout(700)
        look = tab.evaluate(LOOK)
        if look["outlines"]:
            seen.append(look)
    return seen


def test_the_links_of_a_page_are_marked_opened_and_found_again(server, videos):
    with open_browser(videos["still"]) as browser, open_tab(browser) as tab:
        visit(tab, server)
        tab.locator("#overlay .box:not(.is-unsure)").nth(3).wait_for(state="attached")
        overlaps = measure_overlaps(server, tab.evaluate(LOOK))
        assert len(overlaps) >= 5
        assert min(overlaps.values()) >= 0.5, overlaps
        open_link(tab, LINK)
        server.stop()
        tab.get_by_role("alert").filter(has_text="The page keeps trying").wait_for()
        tab.reload()  # Its own files are kept: the page is there without the service.
        tab.get_by_role("alert").filter(has_text="The connection is lost").wait_for()
        server.start()
        wait_for_link(tab, LINK)
        assert not tab.get_by_role("alert").is_visible()


def open_link(tab, url):
    """Tap the outline and then the card's button; the site itself is never asked."""
    tab.context.route(url, lambda route: route.fulfill(body="the guides"))
    # While the page cannot tell how the picture moved, it hides the outlines, and no tap means one.
    line = tab.locator(f'#overlay:not(.is-lost) .box[data-url="{url}"] .line').first
    x, y = line.evaluate(
        "line => (box => [box.x + box.width / 2, box.y + box.height / 2])"
        "(line.getBoundingClientRect())"
    )
    tab.touchscreen.tap(x, y)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Open link").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == url
    opened.value.close()


def test_the_detector_in_the_browser_finds_the_sure_links_and_sends_less(server, videos):
    with open_browser(videos["still"]) as browser, open_tab(browser, camera=False) as tab:
        tab.context.set_default_timeout(180_000)
        user = PageUser(tab, f"http://localhost:{server.port}/")
        service = user.look_at(PAGE)
        user.choose(on_device=True)
        device = user.look_at(PAGE)
    sure = {url for url, confidence in service.links.items() if confidence >= 0.95}
    assert len(sure) >= 2
    assert sure <= device.links.keys()
    assert device.sent_bytes < service.sent_bytes / 2


def test_the_detector_in_the_browser_finds_the_very_boxes_that_the_service_finds(
    server, videos, tmp_path
):
    # So strong a colour comes back from a JPEG with another luma than it went in with.
    with Image.open(PAGE) as opened:
        page = opened.convert("RGB")
    red = Image.new("RGB", page.size, "red")
    Image.blend(page, red, 0.45).save(tmp_path / "red.png")
    with open_browser(videos["still"]) as browser, open_tab(browser, camera=False) as tab:
        tab.context.set_default_timeout(180_000)
        user = PageUser(tab, f"http://localhost:{server.port}/")
        service = user.look_at(tmp_path / "red.png").prefixes
        user.choose(on_device=True)
        device = user.look_at(tmp_path / "red.png").prefixes
    same = service.keys() & device.keys()
    assert len(same) >= 5
    for url in same:
        assert device[url] == pytest.approx(service[url], abs=0.02)
