"""A contact sheet of strips, to look at before a run is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.reader.strips import Strip, StripSource

_WIDTH, _GAP, _CAPTION = 1400, 4, 18


def save_preview(
    path: Path, source: StripSource, *, count: int, seed: int, hardness: float = 1.0
) -> None:
    """Write `count` strips with their texts, the characters' middles ticked, as one PNG."""
    rng = np.random.default_rng(seed)
    strips = [strip for _ in range(count) for strip in source.sample(rng, hardness=hardness)]
    rows = [_draw_row(strip) for strip in strips[:count]]
    cv2.imwrite(str(path), np.concatenate(rows))


def _draw_row(strip: Strip) -> NDArray[np.uint8]:
    height, width = strip.pixels.shape
    row = np.full((height + _CAPTION + _GAP, _WIDTH), 200, np.uint8)
    row[:height, : min(width, _WIDTH)] = strip.pixels[:, :_WIDTH]
    for centre in strip.centres:
        cv2.line(row, (int(centre), height), (int(centre), height + 3), 0, 1)
    caption = f"{strip.x_height:.0f} px  {strip.text}"
    cv2.putText(row, caption, (4, height + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1, cv2.LINE_AA)
    return row
