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
        (0.609, 0.195),
        (0.779, 0.482),
        (0.871, 0.677),
        (0.930, 0.860),
        (0.967, 0.918),
        (0.990, 0.972),
        (0.998, 0.989),
    ),
    Evidence.BOTH_READERS: (
        (0.000, 0.000),
        (0.801, 0.792),
        (0.931, 0.878),
        (0.986, 0.976),
        (0.998, 0.989),
    ),
    Evidence.NETWORK_OPPOSED: (
        (0.000, 0.000),
        (0.513, 0.220),
        (0.652, 0.235),
        (0.780, 0.421),
        (0.872, 0.666),
        (0.929, 0.854),
        (0.966, 0.879),
        (0.989, 0.965),
        (0.998, 0.987),
    ),
    Evidence.TESSERACT_OPPOSED: (
        (0.000, 0.000),
        (0.885, 0.003),
        (0.954, 0.008),
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
