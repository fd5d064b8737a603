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
        (0.000, 0.000),
        (0.726, 0.506),
        (0.892, 0.816),
        (0.968, 0.956),
        (0.990, 0.962),
        (0.998, 0.992),
    ),
    Evidence.BOTH_READERS: ((0.000, 0.000), (0.855, 0.847), (0.982, 0.976), (0.998, 0.999)),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.657, 0.412),
        (0.747, 0.483),
        (0.848, 0.702),
        (0.933, 0.824),
        (0.968, 0.895),
        (0.994, 0.955),
    ),
    Evidence.TESSERACT_OPPOSED: ((0.000, 0.000), (0.952, 0.029), (0.986, 0.074)),
    Evidence.ONE_READING: ((0.000, 0.000), (0.935, 0.176), (0.967, 0.363), (0.987, 0.866)),
    Evidence.TWO_READINGS: ((0.000, 0.000), (0.967, 0.388), (0.988, 0.849)),
    Evidence.SPLIT_READINGS: ((0.000, 0.000), (0.930, 0.106), (0.964, 0.148)),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
