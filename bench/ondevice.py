"""The camera page with and without the detector on the device: the same links, fewer bytes?

    python -m bench.ondevice --frames DIR --limit 20

A real Chromium opens the page of a server of our own and is given each picture twice: once it sends
the whole picture, once it finds the prefixes itself and sends what it cut out. Without --frames the
frames in bench/frames are taken; `printlink-train synth DIR --frames 20` makes others.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from playwright.sync_api import sync_playwright

from bench.serving import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page, Request

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SURE = 0.9
WAIT_MS = 300_000
DONE = re.compile(r"links? found", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """What one picture came to: its links with their confidence, and what it took."""

    links: dict[str, float]
    sent_bytes: int
    ms: float
    # Where each link begins: left, top, right, bottom in pixels.
    prefixes: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """One picture, looked at in both ways."""

    name: str
    service: Look
    device: Look

    @property
    def is_same(self) -> bool:
        return self.service.links.keys() == self.device.links.keys()


class PageUser:
    """Gives pictures to the page and notes what is sent for them."""

    def __init__(self, tab: Page, url: str) -> None:
        self._tab = tab
        self._sent: list[Request] = []
        tab.set_default_timeout(WAIT_MS)
        tab.on("request", self._note)
        tab.goto(url)
        tab.locator("#device-switch").wait_for()

    def choose(self, *, on_device: bool) -> None:
        """Turn the switch; the page then looks once more at the picture that it shows."""
        switch = self._tab.get_by_role("switch")
        if switch.is_checked() == on_device:
            return
        with self._answer_awaited() if self._sent else contextlib.nullcontext():
            switch.set_checked(on_device)

    def look_at(self, picture: Path) -> Look:
        self._sent.clear()
        started = time.perf_counter()
        with self._answer_awaited():
            self._tab.locator("#file").set_input_files(picture)
        ms = (time.perf_counter() - started) * 1000
        sent_bytes = sum(int(request.all_headers()["content-length"]) for request in self._sent)
        answered = self._read_links()
        shown = self._tab.locator("#links .url").all_text_contents()
        return Look(
            {url: answered[url]["confidence"] for url in shown},
            sent_bytes,
            ms,
            {url: answered[url]["prefix"]["box"] for url in shown},
        )

    @contextlib.contextmanager
    def _answer_awaited(self) -> Iterator[None]:
        state = self._tab.locator("#state")
        state.evaluate("state => { state.textContent = '' }")
        yield
        state.filter(has_text=DONE).wait_for()

    def _read_links(self) -> dict[str, dict[str, Any]]:
        """Return every link that was answered; of two answers about one link the last counts."""
        answers = [response.json() for request in self._sent if (response := request.response())]
        return {link["url"]: link for answer in answers for link in answer["links"]}

    def _note(self, request: Request) -> None:
        if request.method == "POST" and "/v1/" in request.url:
            self._sent.append(request)


def main(
    frames: Annotated[Path, typer.Option(help="Folder of pictures.")] = Path("bench/frames"),
    limit: Annotated[int, typer.Option(min=1, help="Pictures at most, spread evenly.")] = 20,
) -> None:
    """Give the same pictures to the page with the detector there and here."""
    pictures = choose_pictures(frames, limit)
    with serve() as server, open_tab() as tab:
        pairs = compare(PageUser(tab, server.url), pictures)
    typer.echo(render(pairs))


def choose_pictures(folder: Path, limit: int) -> list[Path]:
    """Return so many pictures of the folder, or of its `images`, evenly spread over their names."""
    place = folder / "images" if (folder / "images").is_dir() else folder
    found = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        sys.exit(f"bench: no pictures in {place}; name a folder with --frames")
    step = max(1.0, len(found) / limit)
    return [found[int(number * step)] for number in range(min(limit, len(found)))]


@contextlib.contextmanager
def open_tab() -> Iterator[Page]:
    """Open Chromium without a camera."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        sys.exit("bench: no Chromium; `make test-browser` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--disable-gpu"])
        try:
            yield browser.new_page()
        finally:
            browser.close()


def compare(user: PageUser, pictures: Sequence[Path]) -> list[Pair]:
    """Look at every picture in both ways; the first is shown once before, for all to be loaded."""
    looks: dict[bool, list[Look]] = {}
    for on_device in (False, True):
        user.choose(on_device=on_device)
        user.look_at(pictures[0])
        looks[on_device] = [user.look_at(picture) for picture in pictures]
    names = [picture.name for picture in pictures]
    return [Pair(*parts) for parts in zip(names, looks[False], looks[True], strict=True)]


def render(pairs: Sequence[Pair]) -> str:
    """Return a row for each picture, and what they come to."""
    rows = [f"{'':24}{'links':>7}{'same':>6}{'kB':>8}{'kB here':>9}{'ms':>8}{'ms here':>9}"]
    rows += [_render_row(pair) for pair in pairs]
    links = {(pair.name, url): sure for pair in pairs for url, sure in pair.service.links.items()}
    kept = {(pair.name, url) for pair in pairs for url in pair.device.links} & links.keys()
    sure = {link for link, confidence in links.items() if confidence >= SURE}
    bytes_there, bytes_here = (
        statistics.mean(look.sent_bytes for look in looks)
        for looks in zip(*((pair.service, pair.device) for pair in pairs), strict=True)
    )
    return "\n".join(
        [
            *rows,
            "",
            f"{sum(pair.is_same for pair in pairs)} of {len(pairs)} frames have the same links, "
            f"{len(kept)} of {len(links)} links are there both ways, "
            f"{len(kept & sure)} of {len(sure)} of those at {SURE:g} and up",
            f"{bytes_there / 1000:.0f} kB a frame from the whole picture, "
            f"{bytes_here / 1000:.0f} kB as cutouts: {bytes_there / max(bytes_here, 1):.1f} times "
            "fewer",
        ]
    )


def _render_row(pair: Pair) -> str:
    service, device = pair.service, pair.device
    same = len(service.links.keys() & device.links.keys())
    return (
        f"{pair.name:24}{len(service.links):>7}{same:>6}{service.sent_bytes / 1000:>8.0f}"
        f"{device.sent_bytes / 1000:>9.1f}{service.ms:>8.0f}{device.ms:>9.0f}"
    )


if __name__ == "__main__":
    typer.run(main)
