"""A real Chromium whose camera shows what a test wants, and words for what it shows."""

import contextlib
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from service.server import bind_socket
from service.settings import ServerSettings

PAGE = Path(__file__).parents[2] / "bench" / "frames" / "page.jpg"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
# A name that is ours and yet, to a browser, neither secure nor this very computer.
INSECURE_HOST = "printlink.test"

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_MAC_PROGRAM = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# It looks for nothing on the network but what the tests send it to.
_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1",
    "--use-fake-device-for-media-stream",
]
# What the browser itself writes where a test had wanted a refusal, or an address without TLS.
_EXPECTED = re.compile(
    r"Failed to load resource|WebSocket connection to .* failed"
    r"|The Cross-Origin-Opener-Policy header has been ignored"
)


def find_browser():
    """Return where Chromium is; a test that needs it fails where it is not."""
    found = [path for path in map(shutil.which, _PROGRAMS) if path]
    if _MAC_PROGRAM.exists():
        found.append(str(_MAC_PROGRAM))
    if not found:
        pytest.fail(
            "Chromium is missing; `make test-browser` installs it, see deploy/setup/browser.sh"
        )
    return found[0]


@contextlib.contextmanager
def open_browser(video):
    """Run Chromium with a camera that shows the frames in the file `video` again and again."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=[*_ARGUMENTS, f"--use-file-for-fake-video-capture={video}"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def open_tab(browser, *, camera=True, **options):
    """Open a tab, and hold its page to writing no errors."""
    context = browser.new_context(**{**PHONE, **options})
    context.set_default_timeout(60_000)
    if camera:
        context.grant_permissions(["camera"])
    tab = context.new_page()
    complaints = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    try:
        yield tab
    finally:
        context.close()
    assert complaints == []


def is_complaint(said):
    return said.type in {"error", "warning"} and not _EXPECTED.search(said.text)


def write_video(path, pictures, *, frames_per_second=5):
    """Write BGR uint8 pictures [H, W, 3], H and W even, as the YUV4MPEG2 that Chromium reads."""
    height, width = pictures[0].shape[:2]
    head = f"YUV4MPEG2 W{width} H{height} F{frames_per_second}:1 Ip A1:1 C420jpeg\n"
    with path.open("wb") as file:
        file.write(head.encode())
        for picture in pictures:
            file.write(b"FRAME\n")
            file.write(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def measure_overlap(polygon, other):
    """Return the IoU of two polygons, from masks of a pixel's precision."""
    points = np.vstack([polygon, other])
    low = np.floor(points.min(axis=0))
    width, height = np.ceil(points.max(axis=0) - low).astype(int) + 1
    masks = []
    for corners in (polygon, other):
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(corners) - low).astype(np.int32)], 1)
        masks.append(mask.astype(bool))
    return (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()


def find_port():
    """Return a port that is free now, for a server that is to come back to the same one."""
    with bind_socket(ServerSettings(port=0)) as listener:
        return listener.getsockname()[1]
