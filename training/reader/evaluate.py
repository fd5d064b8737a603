"""The measurement of an exported reader: generated strips in typefaces it was not trained on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Protocol

from training.reader.scores import score_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from training.reader.strips import Strip

# x-heights in the photograph, in pixels: each row's least, and the next one's.
X_HEIGHT_ROWS = ((0.0, 6.0), (6.0, 8.0), (8.0, 11.0), (11.0, 15.0), (15.0, 99.0))


class StripReader(Protocol):
    """Whatever reads strips, to be measured."""

    def read_strip(self, pixels: NDArray[np.uint8]) -> str:
        """Return what stands in one strip, uint8 [H, W]."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderScores:
    """How well strips of x-heights `low` to `high` were read, and the median time of a strip."""

    low: float
    high: float
    count: int
    exact: float
    cer: float
    ms: float


def evaluate_reader(reader: StripReader, strips: Sequence[Strip]) -> list[ReaderScores]:
    """Read `strips` one by one; return a row for all of them, then one for each x-height."""
    reader.read_strip(strips[0].pixels)
    rows = [(strip, *_read_timed(reader, strip)) for strip in strips]
    tables = [_score_rows(rows, 0.0, X_HEIGHT_ROWS[-1][1])]
    tables += [_score_rows(rows, low, high) for low, high in X_HEIGHT_ROWS]
    return [scores for scores in tables if scores.count]


def format_table(table: Sequence[ReaderScores]) -> str:
    """Return the scores as text, one row a line."""
    lines = [f"{'x-height px':>12} {'strips':>7} {'exact':>7} {'cer':>7} {'ms':>6}"]
    for row in table:
        reach = f"{row.low:.0f}-{row.high:.0f}"
        lines.append(f"{reach:>12} {row.count:7d} {row.exact:7.3f} {row.cer:7.4f} {row.ms:6.1f}")
    return "\n".join(lines)


def _read_timed(reader: StripReader, strip: Strip) -> tuple[str, float]:
    began_s = time.perf_counter()
    text = reader.read_strip(strip.pixels)
    return text, 1000 * (time.perf_counter() - began_s)


def _score_rows(rows: Sequence[tuple[Strip, str, float]], low: float, high: float) -> ReaderScores:
    chosen = [row for row in rows if low <= row[0].x_height < high]
    scores = score_texts((text, strip.text) for strip, text, _ in chosen)
    ms = median(row[2] for row in chosen) if chosen else 0.0
    return ReaderScores(low, high, len(chosen), scores["exact"], scores["cer"], round(ms, 2))
