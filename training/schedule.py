"""The learning-rate schedule: a linear warm-up, then a cosine down to zero."""

from __future__ import annotations

import math


def learning_rate_at(progress: float, *, peak: float, warmup: float) -> float:
    """Return the learning rate at `progress` 0..1; it peaks at `warmup`, also 0..1."""
    if progress < warmup:
        return peak * progress / warmup
    remaining = (progress - warmup) / max(1.0 - warmup, 1e-9)
    return peak * 0.5 * (1.0 + math.cos(math.pi * min(remaining, 1.0)))
