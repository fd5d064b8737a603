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
        (0.728, 0.473),
        (0.860, 0.716),
        (0.928, 0.798),
        (0.969, 0.960),
        (0.998, 0.991),
    ),
    Evidence.BOTH_READERS: ((0.000, 0.000), (0.787, 0.932), (0.988, 0.995)),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.742, 0.406),
        (0.925, 0.642),
        (0.989, 0.848),
        (0.998, 0.962),
    ),
    Evidence.TESSERACT_OPPOSED: ((0.000, 0.000), (0.927, 0.057), (0.965, 0.061), (0.986, 0.233)),
    Evidence.ONE_READING: ((0.000, 0.000), (0.928, 0.188), (0.967, 0.637), (0.987, 0.914)),
    Evidence.TWO_READINGS: ((0.000, 0.000), (0.925, 0.265), (0.969, 0.666), (0.987, 0.916)),
    Evidence.SPLIT_READINGS: ((0.0, 0.0), (0.960, 0.091)),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
