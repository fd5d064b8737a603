"""The detector's replicas: each loads one version and looks at several frames at once."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

from ray import serve

from service.golden import check_detector
from service.loading import load_detector
from service.logs import configure_logs
from service.models import find_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.records import Frame, Prefix
    from service.settings import Settings

    Answer = tuple[str, int, bool, tuple[Prefix, ...]]

MAX_BATCH: Final = 4
# Less than a frame takes, so that waiting for others costs little where there are none.
BATCH_WAIT_S: Final = 0.01


class BatchDetector(Protocol):
    """Looks at several frames of one size at once."""

    def detect_batch(self, frames: Sequence[Frame]) -> list[tuple[Prefix, ...]]:
        """Return the prefixes in each of `frames`; raises `DetectError`."""
        ...


class DetectorReplica:
    """Looks at frames; those of one size that come together go through the graph at once."""

    def __init__(self, settings: Settings) -> None:
        """Load the model and warm it up; raises a `StartupError`, and Serve keeps the old ones."""
        configure_logs(settings.log, sys.stderr)
        model = find_model(settings.model)
        self._detector = load_detector(settings, model)
        self._detector.warm_up()
        # A model of someone else's need not find what ours have to.
        is_ours = model.manifest is not None and model.manifest.training is not None
        labels = model.label_map.values() if is_ours else ()
        check_detector(self._detector, labels=labels, min_iou=settings.model.golden_iou)

    def describe(self) -> tuple[str, int, bool]:
        """Return name and version of the model, and whether it sees colours."""
        detector = self._detector
        return detector.model_name, detector.model_version, detector.sees_colour

    @serve.batch(max_batch_size=MAX_BATCH, batch_wait_timeout_s=BATCH_WAIT_S)
    async def detect(self, frames: list[Frame]) -> list[Answer]:
        """Return what `describe` does and the prefixes, for each frame."""
        found = await asyncio.to_thread(detect_alike, self._detector, frames)
        return [(*self.describe(), prefixes) for prefixes in found]


def detect_alike(detector: BatchDetector, frames: Sequence[Frame]) -> list[tuple[Prefix, ...]]:
    """Return the prefixes in each frame; those of one size are looked at together."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, frame in enumerate(frames):
        places[frame.width, frame.height].append(place)
    found: dict[int, tuple[Prefix, ...]] = {}
    for alike in places.values():
        found |= zip(alike, detector.detect_batch([frames[i] for i in alike]), strict=True)
    return [found[place] for place in range(len(frames))]
