"""Answers and how long each took, and the rows of a table that tell it."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass, field

HEADER = f"{'':26}{'answers':>9}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}  others"


@dataclass
class Latencies:
    """Milliseconds of each answer, and how often there was another outcome: a code, a drop.

    `refused_ms` is how long those took who were told why there is none.
    """

    ms: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    refused_ms: list[float] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.ms) if self.ms else math.nan

    @property
    def p95_ms(self) -> float:
        return percentile(self.ms, 0.95)

    @property
    def refused_p50_ms(self) -> float:
        return percentile(self.refused_ms, 0.5)

    @property
    def refused_p95_ms(self) -> float:
        return percentile(self.refused_ms, 0.95)

    def merge(self, *parts: Latencies) -> Latencies:
        """Return these and the `parts` together."""
        every = (self, *parts)
        others: Counter[str] = sum((part.others for part in every), Counter())
        return Latencies(
            [ms for part in every for ms in part.ms],
            others,
            [ms for part in every for ms in part.refused_ms],
        )

    def render(self, name: str) -> str:
        """Return a row below `HEADER`."""
        others = ", ".join(f"{count} {what}" for what, count in sorted(self.others.items()))
        longest = max(self.ms, default=math.nan)
        return (
            f"{name:26}{len(self.ms):>9}{self.p50_ms:>9.0f}{self.p95_ms:>9.0f}{longest:>9.0f}"
            f"  {others or '-'}"
        )


def percentile(values: list[float], share: float) -> float:
    """Return the smallest of `values` that a `share` of them does not exceed; nan of none."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else math.nan
