"""The log of a run: now and then a line of text, and scalars and pictures for TensorBoard."""

from __future__ import annotations

import io
import logging
import time
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event  # type: ignore[import-untyped]
from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore[import-untyped]
from tensorboard.plugins.scalar.summary_v2 import scalar_pb  # type: ignore[import-untyped]
from tensorboard.summary.writer.event_file_writer import (  # type: ignore[import-untyped]
    EventFileWriter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from numpy.typing import NDArray

    from training.checkpoint import RunState

logger = logging.getLogger(__name__)

# What TensorBoard shows has the names that the Object Detection API gives it.
TAGS = {
    "loss": "Loss/total_loss",
    "class_loss": "Loss/classification_loss",
    "box_loss": "Loss/localization_loss",
    "l2_loss": "Loss/regularization_loss",
    "ap": "DetectionBoxes_Precision/mAP",
    "ap50": "DetectionBoxes_Precision/mAP@.50IOU",
    "ar": "DetectionBoxes_Recall/AR@100",
}
PICTURES = "truth_and_detections"


class ScalarLog:
    """Averages the losses between two writes; the events for TensorBoard lie in `run_dir`."""

    def __init__(self, run_dir: Path) -> None:
        self._events = EventFileWriter(str(run_dir))
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
        self.write_scalars(scalars, step=state.step, note=f"{100 * progress:.1f}%")
        self._rows, self._since_s = [], now_s

    def write_scalars(self, scalars: Mapping[str, float], *, step: int, note: str) -> None:
        """Write figures as they are, in one line of text beginning with `note`, too."""
        for name, value in scalars.items():
            self._emit(scalar_pb(TAGS.get(name, name), value), step)
        self._events.flush()
        figures = "  ".join(f"{name} {value:.4g}" for name, value in scalars.items())
        logger.info("step %d  %s  %s", step, note, figures)

    def write_pictures(self, pictures: Sequence[NDArray[np.uint8]], *, step: int) -> None:
        """Write pictures, uint8 RGB [H, W, 3] each."""
        for number, picture in enumerate(pictures):
            height, width = picture.shape[:2]
            image = Summary.Image(
                height=height, width=width, colorspace=3, encoded_image_string=_to_png(picture)
            )
            self._emit(Summary(value=[{"tag": f"{PICTURES}/{number}", "image": image}]), step)
        self._events.flush()

    def _emit(self, summary: Summary, step: int) -> None:
        self._events.add_event(Event(wall_time=time.time(), step=step, summary=summary))


def _to_png(picture: NDArray[np.uint8]) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(picture).save(encoded, "PNG")
    return encoded.getvalue()
