"""A data set drawn by the tests: pages with QR-like marks and round stamps, in VOC form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

HEIGHT, WIDTH = 320, 256
SIDES = (36, 72)
LABELS = ("mark", "stamp")
# Label, left, top, right, bottom in pixels.
Box = tuple[str, int, int, int, int]


def write_pages(folder: Path, *, count: int, seed: int) -> None:
    """Write `count` pictures and their Pascal VOC files into `folder`."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for number in range(count):
        page = np.full((HEIGHT, WIDTH, 3), rng.integers(215, 250, 3), np.uint8)
        write_lines(page, rng)
        boxes: list[Box] = []
        for label in rng.choice(LABELS, 2):
            boxes.append(place_object(page, rng, label, boxes))
        cv2.imwrite(str(folder / f"{number:03}.jpg"), page)
        text = format_voc(f"{number:03}.jpg", boxes)
        (folder / f"{number:03}.xml").write_text(text)


def write_lines(page: np.ndarray, rng: np.random.Generator) -> None:
    """Print lines of nonsense over a page."""
    for baseline in range(14, HEIGHT, 15):
        text = "".join(rng.choice(list("etaoin shrdlu"), 34))
        place, ink = (int(rng.integers(2, 10)), baseline), int(rng.integers(20, 90))
        cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (ink,) * 3, 1, cv2.LINE_AA)


def place_object(page: np.ndarray, rng: np.random.Generator, label: str, others: list[Box]) -> Box:
    """Draw a mark or a stamp where no other one is, and return what it is and where."""
    side = int(rng.integers(*SIDES))
    while True:
        left, top = int(rng.integers(WIDTH - side)), int(rng.integers(HEIGHT - side))
        if all(abs(left - x) > SIDES[1] or abs(top - y) > SIDES[1] for _, x, y, *_ in others):
            break
    under = page[top : top + side, left : left + side]
    (draw_mark if label == "mark" else draw_stamp)(under, rng)
    return label, left, top, left + side, top + side


def draw_mark(under: np.ndarray, rng: np.random.Generator) -> None:
    """Fill a square with modules as a QR code has them, and finders in three corners."""
    modules = rng.integers(0, 2, (13, 13)).astype(np.uint8) * 255
    for rows, columns in ((slice(0, 5), slice(0, 5)), (slice(0, 5), slice(8, 13))):
        _draw_finder(modules[rows, columns])
        _draw_finder(modules[columns, rows])
    size = (under.shape[1], under.shape[0])
    under[:] = cv2.resize(modules, size, interpolation=cv2.INTER_NEAREST)[..., None]


def _draw_finder(corner: np.ndarray) -> None:
    corner[:] = 0
    corner[1:4, 1:4] = 255
    corner[2, 2] = 0


def draw_stamp(under: np.ndarray, rng: np.random.Generator) -> None:
    """Press a round stamp onto a page: two rings and two bars, in blue or red ink."""
    side = under.shape[0]
    ink = [(150, 40, 30), (30, 30, 160)][int(rng.integers(2))]
    centre, radius = (side // 2, side // 2), side // 2 - 1
    stamp = np.ascontiguousarray(under)
    cv2.circle(stamp, centre, radius, ink, 2, cv2.LINE_AA)
    cv2.circle(stamp, centre, round(radius * 0.7), ink, 2, cv2.LINE_AA)
    for share in (-0.2, 0.2):
        y = round(side * (0.5 + share / 2))
        cv2.line(stamp, (round(side * 0.3), y), (round(side * 0.7), y), ink, 3)
    under[:] = stamp


def format_voc(name: str, boxes: list[Box]) -> str:
    """Return an annotation as LabelImg writes it."""
    objects = "".join(
        f"<object><name>{label}</name><difficult>0</difficult><bndbox>"
        f"<xmin>{left + 1}</xmin><ymin>{top + 1}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax>"
        "</bndbox></object>"
        for label, left, top, right, bottom in boxes
    )
    size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{objects}</annotation>"
