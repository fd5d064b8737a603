"""Figures between the text: photograph-like clouds, matrix codes, charts of lines and boxes."""

from __future__ import annotations

import cv2
import numpy as np


def paint_figure(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Return something that is no print, uint8 RGB [height, width, 3]."""
    kind = rng.random()
    if kind < 0.45:  # clouds of colour, as a photograph has at this distance
        coarse = rng.integers(
            0, 256, (int(rng.integers(3, 14)), int(rng.integers(3, 14)), 3), dtype=np.uint8
        )
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    if kind < 0.65:  # a matrix code
        modules = (rng.random((25, 25)) < 0.5).astype(np.uint8) * 235
        code = cv2.resize(modules, (min(width, height),) * 2, interpolation=cv2.INTER_NEAREST)
        return cv2.cvtColor(
            cv2.copyMakeBorder(
                code,
                0,
                height - code.shape[0],
                0,
                width - code.shape[1],
                cv2.BORDER_CONSTANT,
                value=255,
            ),
            cv2.COLOR_GRAY2RGB,
        )
    canvas = np.full((height, width, 3), 245, np.uint8)
    for _ in range(int(rng.integers(3, 14))):
        colour = tuple(int(v) for v in rng.integers(0, 200, 3))
        ends = [(int(rng.integers(width)), int(rng.integers(height))) for _ in range(2)]
        if kind < 0.85:
            cv2.line(canvas, ends[0], ends[1], colour, int(rng.integers(1, 5)), cv2.LINE_AA)
        else:
            cv2.rectangle(canvas, ends[0], ends[1], colour, -1 if rng.random() < 0.5 else 2)
    return canvas
