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
    SECOND_CHOICE = "Tesseract, the network was in doubt whether to read the same"
    ONE_READING = "Tesseract in one treatment"
    TWO_READINGS = "Tesseract alike in two treatments"
    SPLIT_READINGS = "Tesseract differently in each treatment"


# Measured by `python -m bench.calibrate` on generated frames in typefaces that no model was
# trained on: how sure the reader was, and which share of such links was right.
CURVES: Final[Mapping[Evidence, Curve]] = {
    Evidence.NETWORK: (
        (0.000, 0.000),
        (0.720, 0.471),
        (0.828, 0.717),
        (0.877, 0.768),
        (0.929, 0.838),
        (0.968, 0.922),
        (0.990, 0.970),
        (0.998, 0.993),
    ),
    Evidence.BOTH_READERS: (
        (0.000, 0.000),
        (0.744, 0.734),
        (0.897, 0.943),
        (0.968, 0.949),
        (0.990, 0.963),
        (0.998, 0.997),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.714, 0.415),
        (0.827, 0.579),
        (0.881, 0.587),
        (0.930, 0.775),
        (0.967, 0.882),
        (0.990, 0.977),
        (0.998, 0.979),
    ),
    Evidence.TESSERACT_OPPOSED: ((0.000, 0.000), (0.934, 0.015), (0.974, 0.055)),
    Evidence.SECOND_CHOICE: ((0.000, 0.000), (0.970, 0.650)),
    Evidence.ONE_READING: ((0.000, 0.000), (0.935, 0.174), (0.967, 0.364), (0.987, 0.848)),
    Evidence.TWO_READINGS: ((0.000, 0.000), (0.967, 0.402), (0.988, 0.821)),
    Evidence.SPLIT_READINGS: ((0.000, 0.000), (0.932, 0.061), (0.963, 0.119), (0.984, 0.357)),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
