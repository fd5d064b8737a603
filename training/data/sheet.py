"""A contact sheet of labelled pictures with their boxes, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.data.dataset import LabelledBox

Picture = tuple["NDArray[np.uint8]", tuple["LabelledBox", ...]]

TILE_PX = 640
_BACKGROUND = 40
_IGNORED = (150, 150, 150)
# Red, green, blue; told apart by most eyes (Okabe and Ito 2008), and repeated where they end.
_COLOURS = (
    (213, 94, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (230, 159, 0),
    (86, 180, 233),
)


def save_sheet(path: Path, pictures: Sequence[Picture], labels: Sequence[str]) -> None:
    """Write the pictures (uint8 RGB [H, W, 3] with their boxes) as tiles of one picture.

    A class has the colour of its place in `labels`; ignored boxes are grey. Raises DataSetError
    where there is no picture, or no such kind of file.
    """
    if not pictures:
        raise DataSetError("expected pictures to draw, received none")
    columns = int(np.ceil(np.sqrt(len(pictures))))
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * TILE_PX, columns * TILE_PX, 3), _BACKGROUND, np.uint8)
    for number, (pixels, boxes) in enumerate(pictures):
        tile = draw_tile(pixels, boxes, labels)
        top, left = (TILE_PX * place for place in divmod(number, columns))
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    suffix = path.suffix or ".png"
    try:
        _, encoded = cv2.imencode(suffix, cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    except cv2.error:
        raise DataSetError(f"expected a name like sheet.png, received {path}") from None
    path.write_bytes(encoded.tobytes())


def draw_tile(
    pixels: NDArray[np.uint8], boxes: Sequence[LabelledBox], labels: Sequence[str]
) -> NDArray[np.uint8]:
    """Return a picture that fits a tile, its boxes drawn and named."""
    height, width = pixels.shape[:2]
    scale = (TILE_PX - 4) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    drawn: NDArray[np.uint8] = cv2.resize(pixels, size, interpolation=method)
    for box in boxes:
        _draw_box(drawn, box, scale, labels)
    return drawn


def _draw_box(
    drawn: NDArray[np.uint8], box: LabelledBox, scale: float, labels: Sequence[str]
) -> None:
    ymin, xmin, ymax, xmax = (round(side * scale) for side in box.box)
    place = labels.index(box.label) if box.label in labels else len(labels)
    colour = _IGNORED if box.is_ignored else _COLOURS[place % len(_COLOURS)]
    cv2.rectangle(drawn, (xmin, ymin), (xmax, ymax), colour, 2)
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.36
    (wide, high), below = cv2.getTextSize(box.label, font, size, 1)
    # Above the box, or in it where there is no room.
    base = ymin - below if ymin - below - high >= 0 else ymin + high + below
    cv2.rectangle(drawn, (xmin, base - high - 2), (xmin + wide, base + below), colour, cv2.FILLED)
    cv2.putText(drawn, box.label, (xmin, base), font, size, (255, 255, 255), 1, cv2.LINE_AA)
