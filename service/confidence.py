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
        (0.613, 0.114),
        (0.760, 0.437),
        (0.822, 0.511),
        (0.877, 0.580),
        (0.929, 0.838),
        (0.969, 0.902),
        (0.990, 0.973),
        (0.998, 0.993),
    ),
    Evidence.BOTH_READERS: (
        (0.000, 0.000),
        (0.888, 0.868),
        (0.970, 0.945),
        (0.991, 0.971),
        (0.998, 0.993),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.613, 0.107),
        (0.759, 0.378),
        (0.822, 0.471),
        (0.877, 0.517),
        (0.926, 0.849),
        (0.969, 0.874),
        (0.990, 0.976),
        (0.998, 0.992),
    ),
    Evidence.TESSERACT_OPPOSED: (
        (0.000, 0.000),
        (0.887, 0.002),
        (0.934, 0.008),
        (0.964, 0.008),
        (0.986, 0.014),
    ),
    Evidence.SECOND_CHOICE: ((0.000, 0.000), (0.970, 0.650)),
    Evidence.ONE_READING: (
        (0.000, 0.000),
        (0.887, 0.112),
        (0.935, 0.182),
        (0.966, 0.405),
        (0.987, 0.855),
    ),
    Evidence.TWO_READINGS: (
        (0.000, 0.000),
        (0.941, 0.288),
        (0.970, 0.443),
        (0.988, 0.837),
    ),
    Evidence.SPLIT_READINGS: (
        (0.000, 0.000),
        (0.933, 0.005),
        (0.965, 0.149),
        (0.984, 0.281),
    ),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
