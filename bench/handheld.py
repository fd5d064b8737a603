"""A simulated hand-held camera over generated pages, with the truth of every frame.

The hand drifts, trembles, turns and comes nearer in sums of slow and quick waves; the lens hunts
for focus now and then; a quick move blurs. Pages are set in typefaces that no training page has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.synth.fonts import FontBook, scan_fonts, split_fonts
from training.synth.geometry import View
from training.synth.page import Composer
from training.synth.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.synth.sheet import Page, PageLink

FRAME_SIZE = (1080, 1440)
PAGE_SIZE = (1500, 1900)
DESK = (90, 80, 70)
# In page pixels, radians and a share of the scale; each with hertz and a phase of its own.
DRIFT_PX, TREMOR_PX, TURN_RAD, BREATH = 70.0, 4.0, 0.035, 0.04
EDGE_PX = 6.0
LEGIBLE_X_HEIGHT = 8.0
EXPOSURE_S = 1 / 80
FOCUS_SIGMA_PX = 2.2
NOISE = 3.0


@dataclass(frozen=True)
class Shot:
    """One frame as it is sent, and the links that can be read in it."""

    data: bytes
    urls: frozenset[str]


@dataclass(frozen=True)
class Film:
    """A video, and every link on the page that it shows."""

    shots: tuple[Shot, ...]
    urls: frozenset[str]


def compose_pages(count: int, seed: int) -> Iterator[Page]:
    """Yield pages that have links."""
    composer = Composer(FontBook(split_fonts(scan_fonts(), "test")), Prose.load())
    rng = np.random.default_rng(seed)
    while count:
        page = composer.page(rng, *PAGE_SIZE, link_rate=0.03)
        if page.links:
            count -= 1
            yield page


def film_page(page: Page, *, seconds: float, fps: float, seed: int) -> Film:
    """Move the camera over a page."""
    shots = _take_shots(page, seconds=seconds, fps=fps, seed=seed)
    return Film(tuple(shots), frozenset(_url_of(link) for link in page.links))


def _take_shots(page: Page, *, seconds: float, fps: float, seed: int) -> Iterator[Shot]:
    rng = np.random.default_rng(seed)
    path = CameraPath(page, rng)
    for number in range(round(seconds * fps)):
        time_s = number / fps
        view = path.view_at(time_s)
        pixels = view.photograph(page.pixels, *FRAME_SIZE, desk=DESK)
        blurred = _blur(pixels, path, time_s)
        noisy = blurred + rng.standard_normal(blurred.shape, dtype=np.float32) * NOISE
        picture = np.clip(noisy, 0, 255).astype(np.uint8)[..., ::-1]
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
        readable = (link for link in page.links if _is_readable(link, view))
        yield Shot(bytes(data), frozenset(_url_of(link) for link in readable))


class CameraPath:
    """Where the camera is at each moment, as smooth as a hand."""

    def __init__(self, page: Page, rng: np.random.Generator) -> None:
        height, width = page.pixels.shape[:2]
        typical = float(np.median([link.x_height for link in page.links]))
        self._scale = float(np.clip(12.0 / typical, FRAME_SIZE[0] / width * 0.9, 2.2))
        self._middle = np.array([width / 2, height / 2])
        self._phases = rng.uniform(0, 6.28, 16)
        self._rates = np.concatenate([rng.uniform(0.05, 0.2, 8), rng.uniform(3.0, 7.0, 8)])

    def view_at(self, time_s: float) -> View:
        """Return the view at a moment."""
        slow, quick = self._waves(time_s)
        angle = TURN_RAD * slow[2] + 0.004 * quick[2]
        scale = self._scale * (1 + BREATH * slow[3])
        x, y = self._middle + DRIFT_PX * slow[:2] + TREMOR_PX * quick[:2]
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        linear = np.array([[cos, -sin], [sin, cos]])
        shift = np.array(FRAME_SIZE) / 2 - linear @ (x, y)
        return View(np.array([[*linear[0], shift[0]], [*linear[1], shift[1]], [0, 0, 1.0]]))

    def defocus_at(self, time_s: float) -> float:
        """Return the blur of the lens in pixels: sharp, but for a hunt every few seconds."""
        return FOCUS_SIGMA_PX * max(0.0, float(self._waves(time_s)[0][4]) * 2 - 1.2)

    def _waves(self, time_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        values = np.sin(6.28 * self._rates * time_s + self._phases)
        return values[:8], values[8:]


def _blur(pixels: NDArray[np.uint8], path: CameraPath, time_s: float) -> NDArray[np.float32]:
    """Blur by what the camera moved during the exposure, and by what the lens missed."""
    image = pixels.astype(np.float32)
    centre = np.array([[FRAME_SIZE[0] / 2, FRAME_SIZE[1] / 2]], np.float32)
    before, after = path.view_at(time_s), path.view_at(time_s + EXPOSURE_S)
    on_page = cv2.perspectiveTransform(centre[None], np.linalg.inv(before.matrix))[0]
    move = (after.project(on_page) - centre)[0]
    length = float(np.hypot(*move))
    if length > 1:
        kernel = np.zeros((15, 15), np.float32)
        reach = np.clip(move / 2, -7, 7)
        start, end = (7 - reach).round().astype(int), (7 + reach).round().astype(int)
        cv2.line(kernel, start.tolist(), end.tolist(), 1.0)
        image = cv2.filter2D(image, -1, kernel / kernel.sum())
    sigma = path.defocus_at(time_s)
    return cv2.GaussianBlur(image, (0, 0), sigma) if sigma > 0.3 else image


def _url_of(link: PageLink) -> str:
    """Return the link as the service writes it."""
    return link.url if "://" in link.url else f"https://{link.url}"


def _is_readable(link: PageLink, view: View) -> bool:
    points = np.concatenate([view.project(line) for line in link.lines])
    is_inside = (points >= EDGE_PX).all() and (points <= np.array(FRAME_SIZE) - EDGE_PX).all()
    scale = float(np.sqrt(abs(np.linalg.det(view.matrix[:2, :2]))))
    return bool(is_inside) and link.x_height * scale >= LEGIBLE_X_HEIGHT
