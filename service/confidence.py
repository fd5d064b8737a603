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
        (0.440, 0.179),
        (0.638, 0.191),
        (0.752, 0.279),
        (0.825, 0.529),
        (0.880, 0.680),
        (0.929, 0.840),
        (0.969, 0.903),
        (0.990, 0.983),
        (0.998, 0.992),
    ),
    Evidence.BOTH_READERS: (
        (0.000, 0.000),
        (0.813, 0.713),
        (0.995, 0.995),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.440, 0.168),
        (0.638, 0.179),
        (0.751, 0.241),
        (0.826, 0.518),
        (0.879, 0.624),
        (0.928, 0.782),
        (0.969, 0.850),
        (0.990, 0.968),
        (0.998, 0.987),
    ),
    Evidence.TESSERACT_OPPOSED: (
        (0.000, 0.000),
        (0.876, 0.003),
        (0.954, 0.012),
        (0.986, 0.022),
    ),
    Evidence.SECOND_CHOICE: ((0.000, 0.000), (0.970, 0.650)),
    Evidence.ONE_READING: (
        (0.000, 0.000),
        (0.876, 0.111),
        (0.936, 0.222),
        (0.967, 0.423),
        (0.987, 0.826),
    ),
    Evidence.TWO_READINGS: (
        (0.000, 0.000),
        (0.939, 0.132),
        (0.969, 0.425),
        (0.988, 0.820),
    ),
    Evidence.SPLIT_READINGS: (
        (0.000, 0.000),
        (0.939, 0.040),
        (0.965, 0.102),
        (0.985, 0.469),
    ),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
