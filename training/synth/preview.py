"""A contact sheet of generated photographs with their boxes, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from training.label_map import LABEL_MAP
from training.synth.fonts import FontBook, scan_fonts, split_fonts
from training.synth.page import Composer
from training.synth.prose import Prose
from training.synth.render import photograph_frame

if TYPE_CHECKING:
    from pathlib import Path

TILE = (540, 720)
_COLOURS = {
    1: (220, 30, 30),
    2: (20, 140, 40),
    3: (30, 60, 220),
    4: (190, 20, 190),
    5: (0, 150, 160),
}
_IGNORED = (140, 140, 140)


def save_preview(
    path: Path, *, seed: int, split: str, link_rate: float, columns: int = 5, rows: int = 3
) -> None:
    """Write a contact sheet of photographs; ignore regions are grey, prefixes coloured by label."""
    composer = Composer(FontBook(split_fonts(scan_fonts(), split)), Prose.load())
    tiles = [
        _draw_tile(composer, np.random.default_rng([seed, k]), link_rate)
        for k in range(columns * rows)
    ]
    sheet = np.vstack(
        [np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(rows)]
    )
    if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise OSError(f"could not write {path}")


def draw_annotations(pixels: np.ndarray, annotations: list[dict[str, Any]]) -> np.ndarray:
    """Return a copy of the frame, uint8 RGB, with the annotated boxes drawn and named."""
    drawn = pixels.copy()
    width = max(1, round(max(drawn.shape) / 700))
    for annotation in annotations:
        x, y, w, h = (round(v) for v in annotation["bbox"])
        number = annotation["category_id"]
        colour = _IGNORED if annotation["iscrowd"] else _COLOURS.get(number, _IGNORED)
        cv2.rectangle(drawn, (x, y), (x + w, y + h), colour, width)
        if not annotation["iscrowd"]:
            cv2.putText(
                drawn,
                LABEL_MAP[number],
                (x, y - 3),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.45 * width,
                colour,
                width,
            )
    return drawn


def _draw_tile(composer: Composer, rng: np.random.Generator, link_rate: float) -> np.ndarray:
    pixels, annotations, _ = photograph_frame(composer, rng, link_rate=link_rate)
    drawn = draw_annotations(pixels, annotations)
    scale = min(TILE[0] / drawn.shape[1], TILE[1] / drawn.shape[0])
    small = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.full((TILE[1], TILE[0], 3), 40, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    return tile
