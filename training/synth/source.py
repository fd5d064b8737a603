"""Crops on the fly: a bank of flat pages in memory, photographed anew for every example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.example import Example
from training.label_map import CLASS_IDS, LABEL_MAP
from training.synth.camera import expose, show_through
from training.synth.geometry import View, random_curl, random_view

# Below this x-height in the crop a prefix is an ignore region: there is nothing to learn from it.
LEAST_X_HEIGHT = 5.0
X_HEIGHTS = (4.6, 34.0)
BACKGROUND_SHARE = 0.12
# Look-alikes are what a detector that knows links still gets wrong: show it plenty.
DECOY_SHARE = 0.26
_RARE = {"tcp": 4.0, "ftp": 3.0, "www": 1.6}


@dataclass(frozen=True, slots=True, eq=False)
class BankPage:
    """One page of the bank: uint8 grey pixels and, per link, label id, x-height and prefix quad.

    `decoy_x_heights` and `decoy_quads` say where look-alikes stand.
    """

    pixels: np.ndarray
    classes: np.ndarray
    x_heights: np.ndarray
    quads: np.ndarray
    decoy_x_heights: np.ndarray
    decoy_quads: np.ndarray


class CropSource:
    """Examples of `size` x `size` grey pixels, cut around random links of random pages.

    The bank is read on first use, in the process that samples: a source travels to a worker as a
    folder's name. Each page is turned to grey with channel weights of its own, as no two cameras
    see a coloured ink alike.
    """

    def __init__(self, folder: Path, size: int, *, seed: int = 0) -> None:
        self.folder, self.size, self.seed = Path(folder), size, seed
        self._pages: list[BankPage] = []

    def __getstate__(self) -> dict[str, object]:
        """Leave the bank behind when the source is sent to another process."""
        return {"folder": self.folder, "size": self.size, "seed": self.seed, "_pages": []}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restore the description; the bank is read on first use."""
        self.__dict__.update(state)

    @property
    def pages(self) -> list[BankPage]:
        """The bank; raises FileNotFoundError where `printlink-train synth` has not been run."""
        if not self._pages:
            self._pages = load_bank(self.folder, np.random.default_rng(self.seed))
        return self._pages

    def sample(self, rng: np.random.Generator) -> Example:
        """Photograph a random place, most often one where a link or a look-alike stands."""
        page = self.pages[int(rng.integers(len(self.pages)))]
        anchor, x_height = _pick_anchor(page, rng)
        low, high = (np.log(v) for v in X_HEIGHTS)
        wanted = min(float(np.exp(rng.uniform(low, high))), 1.15 * x_height)
        strength = float(rng.beta(1.2, 1.1))
        curl = (
            random_curl(rng, page.pixels.shape[1], strength=strength)
            if rng.random() < 0.4
            else None
        )
        target = rng.uniform(0.08, 0.92, 2) * self.size
        view = random_view(
            rng,
            anchor=(float(anchor[0]), float(anchor[1])),
            target=(float(target[0]), float(target[1])),
            scale=wanted / x_height,
            strength=strength,
            curl=curl,
        )
        pixels = self._photograph(page, view, rng, wanted, strength)
        boxes, classes, ignored = _label(page, view, self.size)
        return Example(pixels[..., None], boxes, classes, ignored)

    def _photograph(
        self, page: BankPage, view: View, rng: np.random.Generator, x_height: float, strength: float
    ) -> np.ndarray:
        desk = (int(rng.integers(0, 256)),)
        pixels = view.photograph(page.pixels, self.size, self.size, desk=desk)
        if rng.random() < 0.12:
            other = self.pages[int(rng.integers(len(self.pages)))].pixels
            back = View(np.array(view.matrix), None).photograph(
                other, self.size, self.size, desk=(255,)
            )
            pixels = show_through(pixels, back, rng)
        if rng.random() < 0.08:
            pixels = 255 - pixels
        if rng.random() < 0.08:
            _scribble(pixels, rng)
        return expose(pixels, rng, x_height=x_height, strength=strength)


def load_bank(folder: Path, rng: np.random.Generator) -> list[BankPage]:
    """Read the pages that `synth` wrote to `folder`."""
    index = folder / "pages.json"
    if not index.is_file():
        raise FileNotFoundError(f"expected {index}, found none: run `printlink-train synth` first")
    records = json.loads(index.read_text(encoding="utf-8"))
    return [_load_page(folder, record, rng) for record in records["pages"]]


def _load_page(folder: Path, record: dict[str, Any], rng: np.random.Generator) -> BankPage:
    path = folder / str(record["file"])
    colour = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if colour is None:
        raise FileNotFoundError(f"expected a picture at {path}")
    weights = rng.dirichlet([2.3, 11.7, 6.0])  # blue, green, red, around those of luma
    grey = cv2.transform(colour, weights[None])
    links, decoys = record["links"], record["decoys"]
    return BankPage(
        grey,
        np.array([CLASS_IDS[link["label"]] for link in links], np.int32),
        np.array([link["x_height"] for link in links], np.float32),
        np.array([link["prefix"] for link in links], np.float32).reshape(-1, 4, 2),
        np.array([decoy["x_height"] for decoy in decoys], np.float32),
        np.array([decoy["quad"] for decoy in decoys], np.float32).reshape(-1, 4, 2),
    )


def _pick_anchor(page: BankPage, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return a page point and the x-height there: of a prefix, of a look-alike, or anywhere."""
    count, chance = len(page.classes), rng.random()
    if chance > 1 - DECOY_SHARE and len(page.decoy_quads):
        chosen = int(rng.integers(len(page.decoy_quads)))
        return page.decoy_quads[chosen].mean(axis=0), float(page.decoy_x_heights[chosen])
    if count == 0 or chance < BACKGROUND_SHARE:
        height, width = page.pixels.shape
        typical = float(np.median(page.x_heights)) if count else 16.0
        return rng.uniform(0.05, 0.95, 2) * [width, height], typical
    weights = np.array([_RARE.get(LABEL_MAP[int(k)], 1.0) for k in page.classes])
    chosen = int(rng.choice(count, p=weights / weights.sum()))
    return page.quads[chosen].mean(axis=0), float(page.x_heights[chosen])


def _label(page: BankPage, view: View, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is in view: boxes (normalised ymin xmin ymax xmax), classes, ignore flags."""
    boxes, classes, ignored = [], [], []
    for label, x_height, quad in zip(page.classes, page.x_heights, page.quads, strict=True):
        left, top, right, bottom = view.project_box(quad)
        if right <= 2 or bottom <= 2 or left >= size - 2 or top >= size - 2:
            continue
        clipped = np.clip([left, top, right, bottom], 0, size)
        seen = (
            (clipped[2] - clipped[0])
            * (clipped[3] - clipped[1])
            / ((right - left) * (bottom - top))
        )
        projected = view.project(quad)
        rise = np.linalg.norm(projected[3] - projected[0]) / np.linalg.norm(quad[3] - quad[0])
        boxes.append(clipped[[1, 0, 3, 2]] / size)
        classes.append(label)
        ignored.append(bool(seen < 0.93 or x_height * rise < LEAST_X_HEIGHT))
    return (
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(classes, np.int32),
        np.array(ignored, bool),
    )


def _scribble(pixels: np.ndarray, rng: np.random.Generator) -> None:
    """Draw pen strokes across the picture, as readers do in books."""
    size = pixels.shape[0]
    points = np.cumsum(rng.normal(0, size / 14, (12, 2)), axis=0) + rng.uniform(0, size, 2)
    shade = int(rng.integers(0, 190))
    cv2.polylines(
        pixels, [points.astype(np.int32)], False, shade, int(rng.integers(1, 3)), cv2.LINE_AA
    )
