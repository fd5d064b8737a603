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
        (0.522, 0.168),
        (0.661, 0.302),
        (0.758, 0.475),
        (0.826, 0.607),
        (0.876, 0.657),
        (0.928, 0.845),
        (0.969, 0.907),
        (0.990, 0.974),
        (0.998, 0.994),
    ),
    Evidence.BOTH_READERS: (
        (0.000, 0.000),
        (0.839, 0.817),
        (0.932, 0.919),
        (0.969, 0.953),
        (0.990, 0.967),
        (0.998, 0.995),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.522, 0.152),
        (0.661, 0.295),
        (0.758, 0.446),
        (0.827, 0.524),
        (0.875, 0.651),
        (0.927, 0.819),
        (0.969, 0.863),
        (0.990, 0.983),
        (0.998, 0.991),
    ),
    Evidence.TESSERACT_OPPOSED: (
        (0.000, 0.000),
        (0.887, 0.003),
        (0.954, 0.011),
        (0.986, 0.027),
    ),
    Evidence.SECOND_CHOICE: ((0.000, 0.000), (0.970, 0.650)),
    Evidence.ONE_READING: (
        (0.000, 0.000),
        (0.885, 0.134),
        (0.935, 0.182),
        (0.966, 0.403),
        (0.987, 0.853),
    ),
    Evidence.TWO_READINGS: (
        (0.000, 0.000),
        (0.941, 0.288),
        (0.970, 0.452),
        (0.988, 0.834),
    ),
    Evidence.SPLIT_READINGS: (
        (0.000, 0.000),
        (0.932, 0.004),
        (0.965, 0.128),
        (0.984, 0.280),
    ),
}


def rate_reading(evidence: Evidence, sureness: float) -> float:
    """Return how likely a reading is right whose reader was so sure, both in 0..1."""
    sure, right = zip(*CURVES[evidence], strict=True)
    return float(np.interp(sureness, sure, right))
