"""How boxes are refined: what is cut out for the second stage, and what becomes of its answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RefineRule:
    """The `most` best boxes are looked at again, those of them that score `min_score` or more.

    Each is cut out with `margin` times its height on all sides, from the picture that the detector
    saw, and brought to `height` by `width` pixels. A box's new score is, as log-odds, `weight`
    times what the second stage says and the rest what the first did.
    """

    height: int = 32
    width: int = 96
    margin: float = 0.5
    min_score: float = 0.2
    most: int = 24
    weight: float = 0.3
