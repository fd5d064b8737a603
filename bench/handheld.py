"""A simulated hand-held camera over generated pages, with the truth of every frame.

The pages are ordinary ones, with two to four links on one or two lines each, in typefaces that no
training page has, and their print comes to an x-height of 9 to 20 pixels in the frame. The hand
drifts, trembles, turns and comes nearer in sums of slow and quick waves; the lens hunts for focus
now and then; a quick move blurs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from service.records import Box
from training.synth.fonts import FontBook, scan_fonts, split_fonts
from training.synth.geometry import View
from training.synth.page import Composer
from training.synth.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from training.synth.sheet import Page, PageLink

FRAME_SIZE = (1080, 1440)
PAGE_SIZE = (1500, 1900)
DESK = (90, 80, 70)
# In page pixels, radians and a share of the scale; each with hertz and a phase of its own.
DRIFT_PX, TREMOR_PX, TURN_RAD, BREATH = 70.0, 4.0, 0.035, 0.04
EDGE_PX = 6.0
LEGIBLE_X_HEIGHT = 8.0
# Of the x-height: what the lens may blur until strokes run into one another.
LEGIBLE_BLUR = 0.1
X_HEIGHTS = (9.0, 20.0)
LINKS = (2, 4)
LINK_RATE = 0.008
MOST_LINES = 2
EXPOSURE_S = 1 / 80
FOCUS_SIGMA_PX = 2.2
NOISE = 3.0


@dataclass(frozen=True)
class Shot:
    """One frame as it is sent.

    `urls` are the links in view that a person can read to their ends, `due` those that could be
    read so for a second since they came into view. `boxes` has where those in view lie, in pixels
    of the frame.
    """

    data: bytes
    urls: frozenset[str]
    due: frozenset[str]
    time_s: float
    boxes: Mapping[str, Box]


@dataclass(frozen=True)
class Film:
    """A video, and every link on the page that it shows."""

    shots: tuple[Shot, ...]
    urls: frozenset[str]


def compose_pages(count: int, seed: int, *, fonts: FontBook | None = None) -> Iterator[Page]:
    """Yield pages that have two to four links, set in `fonts`, or all that were not trained on."""
    composer = Composer(fonts or unseen_fonts(), Prose.load())
    rng = np.random.default_rng(seed)
    while count:
        page = composer.page(rng, *PAGE_SIZE, link_rate=LINK_RATE)
        if LINKS[0] <= len(page.links) <= LINKS[1] and is_ordinary(page):
            count -= 1
            yield page


def unseen_fonts(*, common_only: bool = False) -> FontBook:
    """Return the typefaces that no model was trained on, or those of them that books are set in.

    A third of the pages would take one of the others: display faces, scripts and handwriting.
    """
    fonts = FontBook(split_fonts(scan_fonts(), "test"))
    return fonts.of_common() if common_only else fonts


def is_ordinary(page: Page) -> bool:
    """Tell whether all of each link is there, in no more lines than the narrowest column needs."""
    return all(len(link.lines) <= MOST_LINES and not link.is_cut for link in page.links)


def film_page(page: Page, *, seconds: float, fps: float, seed: int) -> Film:
    """Move the camera over a page."""
    shots = tuple(_take_shots(page, seconds=seconds, fps=fps, seed=seed))
    return Film(shots, frozenset(_url_of(link) for link in page.links))


def _take_shots(page: Page, *, seconds: float, fps: float, seed: int) -> Iterator[Shot]:
    rng = np.random.default_rng(seed)
    path = CameraPath(page, rng)
    legible_frames: Counter[str] = Counter()
    for number in range(round(seconds * fps)):
        time_s = number / fps
        view, defocus = path.view_at(time_s), path.defocus_at(time_s)
        in_view = {_url_of(link) for link in page.links if _is_in_view(link, view)}
        urls = {_url_of(link) for link in page.links if _is_legible(link, view, defocus)}
        # Who was out of view begins anew.
        legible_frames = Counter({url: legible_frames[url] + (url in urls) for url in in_view})
        due = frozenset(url for url in in_view if legible_frames[url] > fps)
        boxes = {_url_of(link): _box_of(link, view) for link in page.links}
        yield Shot(
            _photograph(page, path, time_s, rng),
            frozenset(urls),
            due,
            time_s,
            {url: box for url, box in boxes.items() if url in in_view},
        )


def _photograph(page: Page, path: CameraPath, time_s: float, rng: np.random.Generator) -> bytes:
    pixels = path.view_at(time_s).photograph(page.pixels, *FRAME_SIZE, desk=DESK)
    blurred = _blur(pixels, path, time_s)
    noisy = blurred + rng.standard_normal(blurred.shape, dtype=np.float32) * NOISE
    picture = np.clip(noisy, 0, 255).astype(np.uint8)[..., ::-1]
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(data)


class CameraPath:
    """Where the camera is at each moment, as smooth as a hand."""

    def __init__(self, page: Page, rng: np.random.Generator) -> None:
        width = page.pixels.shape[1]
        typical = float(np.median([link.x_height for link in page.links]))
        wanted = rng.uniform(*X_HEIGHTS) / typical
        self._scale = float(np.clip(wanted, FRAME_SIZE[0] / width * 0.9, 2.2))
        # A person who wants a link points at it.
        lines = page.links[rng.integers(len(page.links))].lines
        self._middle = np.concatenate(lines).mean(axis=0).astype(np.float64)
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


def _box_of(link: PageLink, view: View) -> Box:
    points = np.concatenate([view.project(line) for line in link.lines])
    return Box(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def _is_in_view(link: PageLink, view: View) -> bool:
    return _is_inside(np.concatenate([view.project(line) for line in link.lines]))


def _is_legible(link: PageLink, view: View, defocus: float) -> bool:
    scale = float(np.sqrt(abs(np.linalg.det(view.matrix[:2, :2]))))
    x_height = link.x_height * scale
    is_sharp = x_height >= LEGIBLE_X_HEIGHT and defocus <= LEGIBLE_BLUR * x_height
    return is_sharp and _is_in_view(link, view) and _is_end_in_view(link, view)


def _is_end_in_view(link: PageLink, view: View) -> bool:
    """Tell whether the frame has what tells where the link ends: the word below its line's end."""
    return link.following is None or _is_inside(view.project(link.following))


def _is_inside(points: NDArray[np.float32]) -> bool:
    return bool((points >= EDGE_PX).all() and (points <= np.array(FRAME_SIZE) - EDGE_PX).all())
