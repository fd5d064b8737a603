"""A tiny example source for the tests: prefixes drawn with OpenCV's stroke font."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.example import Example
from training.label_map import LABEL_MAP

SUFFIX = {"https": "https://", "http": "http://", "ftp": "ftp://", "tcp": "tcp://", "www": "www."}


@dataclass(frozen=True)
class DrawnSource:
    """One prefix at a random place on a plain page of `size` by `size` pixels."""

    size: int = 96

    def sample(self, rng: np.random.Generator) -> Example:
        number = int(rng.integers(1, 6))
        text = SUFFIX[LABEL_MAP[number]]
        (width, height), descent = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
        x = int(rng.integers(1, self.size - width))
        y = int(rng.integers(height + 2, self.size - descent))
        image = np.full((self.size, self.size, 1), 240, np.uint8)
        cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1, cv2.LINE_AA)
        box = np.array([[y - height, x, y + descent, x + width]], np.float32) / self.size
        return Example(image, box, np.array([number], np.int32), np.array([False]))
