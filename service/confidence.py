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
        (0.607, 0.314),
        (0.748, 0.568),
        (0.823, 0.644),
        (0.871, 0.684),
        (0.928, 0.905),
        (0.968, 0.912),
        (0.989, 0.958),
        (0.998, 0.980),
    ),
    Evidence.BOTH_READERS: (
        (0.0, 0.0),
        (0.859, 0.927),
        (0.967, 0.961),
        (0.989, 0.989),
        (0.998, 0.990),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.0, 0.0),
        (0.600, 0.220),
        (0.750, 0.363),
        (0.842, 0.413),
        (0.979, 0.876),
    ),
    Evidence.TESSERACT_OPPOSED: ((0.0, 0.0), (0.937, 0.090), (0.966, 0.280), (0.986, 0.542)),
    Evidence.ONE_READING: ((0.0, 0.0), (0.938, 0.333), (0.969, 0.731), (0.987, 0.935)),
    Evidence.TWO_READINGS: ((0.0, 0.0), (0.942, 0.337), (0.971, 0.664), (0.987, 0.930)),
    Evidence.SPLIT_READINGS: ((0.0, 0.0), (0.959, 0.167)),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
