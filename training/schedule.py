"""The learning-rate schedule: a linear warm-up, then a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """It rises from `start` to `peak` until `warmup`, a share of the run, and falls to `end`."""

    peak: float
    warmup: float
    start: float = 0.0
    end: float = 0.0

    def rate_at(self, progress: float) -> float:
        """Return the learning rate at `progress` 0..1."""
        if progress < self.warmup:
            return self.start + (self.peak - self.start) * progress / self.warmup
        remaining = (progress - self.warmup) / max(1.0 - self.warmup, 1e-9)
        fall = 0.5 * (1.0 + math.cos(math.pi * min(remaining, 1.0)))
        return self.end + (self.peak - self.end) * fall
