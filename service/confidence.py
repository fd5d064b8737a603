"""Confidence: how often links that were read in such a way turned out to be right."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    Curve = tuple[tuple[float, float], ...]


class Evidence(StrEnum):
    """How a reading came about."""

    NETWORK = "the network alone"
    BOTH_READERS = "the network and Tesseract alike"
    NETWORK_OPPOSED = "the network, Tesseract read something else"
    TESSERACT_OPPOSED = "Tesseract, the network read something else"
    ONE_READING = "Tesseract in one treatment"
    TWO_READINGS = "Tesseract alike in two treatments"
    SPLIT_READINGS = "Tesseract differently in each treatment"


# Measured by `python -m bench.calibrate` on generated frames in typefaces that no model was
# trained on: how sure the reader was, and which share of such links was right.
CURVES: Final[Mapping[Evidence, Curve]] = {
    Evidence.NETWORK: (
        (0.0, 0.0),
        (0.505, 0.233),
        (0.656, 0.337),
        (0.757, 0.622),
        (0.858, 0.668),
        (0.929, 0.883),
        (0.967, 0.929),
        (0.990, 0.943),
        (0.998, 0.972),
    ),
    Evidence.BOTH_READERS: ((0.0, 0.0), (0.859, 0.925), (0.993, 0.987)),
    Evidence.NETWORK_OPPOSED: (
        (0.0, 0.0),
        (0.499, 0.143),
        (0.655, 0.259),
        (0.753, 0.352),
        (0.856, 0.441),
        (0.976, 0.835),
    ),
    Evidence.TESSERACT_OPPOSED: ((0.0, 0.0), (0.937, 0.089), (0.966, 0.295), (0.985, 0.502)),
    Evidence.ONE_READING: ((0.0, 0.0), (0.938, 0.333), (0.969, 0.731), (0.987, 0.935)),
    Evidence.TWO_READINGS: ((0.0, 0.0), (0.942, 0.337), (0.971, 0.664), (0.987, 0.930)),
    Evidence.SPLIT_READINGS: ((0.0, 0.0), (0.959, 0.167)),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
