"""The log of a run: every so many steps one line of text and scalars for TensorBoard."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import numpy as np
from tensorboard.summary import Writer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from training.checkpoint import RunState

logger = logging.getLogger(__name__)


class ScalarLog:
    """Averages the losses between two writes; the events for TensorBoard lie in `run_dir`."""

    def __init__(self, run_dir: Path) -> None:
        self._events = Writer(str(run_dir))
        self._rows: list[Mapping[str, float]] = []
        self._since_s = time.monotonic()

    def __enter__(self) -> Self:
        """Return the log itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the events file."""
        self._events.close()

    def add(self, losses: Mapping[str, float]) -> None:
        """Note the losses of one step."""
        self._rows.append(losses)

    def write(self, state: RunState, *, crops: int, progress: float) -> None:
        """Write the means since the last write and forget them; a step has `crops` examples."""
        now_s = time.monotonic()
        scalars = {
            name: float(np.mean([row[name] for row in self._rows])) for name in self._rows[0]
        }
        scalars["crops_per_s"] = crops * len(self._rows) / max(now_s - self._since_s, 1e-9)
        for name, value in scalars.items():
            self._events.add_scalar(name, value, state.step)
        self._events.flush()
        figures = "  ".join(f"{name} {value:.4g}" for name, value in scalars.items())
        logger.info("step %d  %.1f%%  %s", state.step, 100 * progress, figures)
        self._rows, self._since_s = [], now_s
