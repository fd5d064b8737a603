"""Detection round a bare network, for runtimes that cannot hold the whole of a detector.

The frame is shrunk and padded, the network sees it and a smaller one, its rows become boxes, and of
those that overlap the best stays, to be refined: what the graph of a SavedModel does inside.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from service.errors import DetectError, ModelRunError
from service.records import Box, Prefix
from service.refine import Found, Refiner
from service.shrink import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.contract import Contract, Network, RowNetwork
    from service.records import Frame, Pixels
    from service.settings import DetectSettings


_KEPT_SIZES: Final = 12


class Stages(NamedTuple):
    """The networks: one that looks at the frame, and perhaps one that looks again at its boxes."""

    first: RowNetwork
    second: Network | None = None


class RowDetector:
    """A detector whose network answers with rows; may be called from several threads at once."""

    def __init__(
        self,
        stages: Stages,
        settings: DetectSettings,
        *,
        contract: Contract,
        label_map: Mapping[int, str],
        name: str,
        version: int,
    ) -> None:
        """Take the networks, what stands round them, and the names of their classes."""
        self.model_name = name
        self.model_version = version
        self.sees_colour = contract.channels != 1
        self._network = stages.first
        self._settings = settings
        self._contract = contract
        self._view = View(contract.long_side, is_grey=contract.channels == 1)
        self._label_map = dict(label_map)
        # A stream's frames have one size, and counting out its anchors takes a while.
        self._anchors_of = lru_cache(_KEPT_SIZES)(contract.anchors_of)
        self._refiner = None
        self._least_logit = self._least_first_logit = _logit(settings.min_score)
        if stages.second is not None and contract.refine is not None:
            self._refiner = Refiner(stages.second, contract.refine, contract.padding)
            # What the first stage doubts the second may be sure of.
            self._least_first_logit = min(self._least_logit, _logit(contract.refine.min_score))

    def detect(self, frame: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes in `frame`, best first; raises `DetectError`."""
        picture = self._view.fit(frame.pixels)
        height, width = picture.shape[:2]
        try:
            found = self._find(self._pad(picture))
        except ModelRunError as error:
            raise DetectError(f"the model failed on {width} x {height} pixels") from error
        if not np.isfinite(found.boxes).all():
            raise DetectError("expected finite numbers from the network")
        scale = frame.width / width, frame.height / height
        best = np.argsort(-found.logits, kind="stable")[: self._settings.max_prefixes]
        sure = (int(place) for place in best if found.logits[place] >= self._least_logit)
        prefixes = (self._name(found, place, scale, frame) for place in sure)
        return tuple(prefix for prefix in prefixes if min(prefix.box.width, prefix.box.height) > 0)

    def detect_batch(self, frames: Sequence[Frame]) -> list[tuple[Prefix, ...]]:
        """Return the prefixes in each of `frames`, one after the other; raises `DetectError`."""
        return [self.detect(frame) for frame in frames]

    def warm_up(self) -> None:
        """Run the network on every usual frame size, so that the first callers need not wait."""
        for width, height in self._settings.warmup_sizes_px:
            blank: Pixels = np.zeros((height, width, 3), np.uint8)
            self._look_twice(self._pad(self._view.fit(blank)))

    def _find(self, picture: Pixels) -> Found:
        """Return what stays of all that is found in the padded picture, refined."""
        found = self._look_twice(picture)
        kept = self._suppress(found)
        found = Found(found.boxes[kept], found.logits[kept], found.classes[kept])
        if self._refiner is None or not kept:
            return found
        return self._refiner.refine(found, picture)

    def _look_twice(self, picture: Pixels) -> Found:
        """Return what is found in the picture, and in a smaller one for print too large for it."""
        found = self._look(picture, is_coarse=False)
        factor = self._contract.coarse_factor
        if factor == 1:
            return found
        height, width = (side // factor for side in picture.shape[:2])
        whole = picture[: height * factor, : width * factor]
        smaller = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
        large = self._look(self._pad(np.asarray(smaller, np.uint8)), is_coarse=True)
        return Found(
            np.concatenate([found.boxes, large.boxes * factor]),
            np.concatenate([found.logits, large.logits]),
            np.concatenate([found.classes, large.classes]),
        )

    def _look(self, picture: Pixels, *, is_coarse: bool) -> Found:
        """Return all rows that score enough, with their boxes."""
        height, width = picture.shape[:2]
        anchors = self._anchors_of(height, width, is_coarse=is_coarse)
        answer = self._network.look(picture.reshape(1, height, width, -1))
        # The finest level comes first.
        places, rows = answer.pick(self._least_first_logit, last=len(anchors))
        logits = rows[:, :-4]
        boxes = self._contract.decode(rows[:, -4:], anchors[places])
        return Found(boxes, logits.max(axis=1), (logits.argmax(axis=1) + 1).astype(np.float32))

    def _suppress(self, found: Found) -> list[int]:
        """Return the places of the boxes that stay, best first."""
        if not len(found.boxes):
            return []
        corners = found.boxes[:, [1, 0]]
        boxes = np.concatenate([corners, found.boxes[:, [3, 2]] - corners], axis=1)
        rule = self._contract.postprocess
        # It refuses what is below zero, as logits may be; too low a score has none by now.
        scores = 1 / (1 + np.exp(-found.logits))
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), 0.0, rule.max_iou)
        return [int(place) for place in np.asarray(kept).ravel()[: rule.max_boxes]]

    def _name(self, found: Found, place: int, scale: tuple[float, float], frame: Frame) -> Prefix:
        class_id = int(found.classes[place])
        if class_id not in self._label_map:
            raise DetectError(
                f"expected a class of {sorted(self._label_map)}, the model said {class_id}"
            )
        top, left, bottom, right = found.boxes[place].tolist()
        return Prefix(
            label=self._label_map[class_id],
            score=1 / (1 + math.exp(-float(found.logits[place]))),
            box=Box(
                min(max(left * scale[0], 0.0), frame.width),
                min(max(top * scale[1], 0.0), frame.height),
                min(max(right * scale[0], 0.0), frame.width),
                min(max(bottom * scale[1], 0.0), frame.height),
            ),
        )

    def _pad(self, picture: Pixels) -> Pixels:
        """Pad right and bottom to what the network's strides divide."""
        bottom, right = (-side % self._contract.side_multiple for side in picture.shape[:2])
        if not (bottom or right):
            return picture
        colour = [self._contract.padding] * 3
        padded = cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=colour)
        return np.asarray(padded, np.uint8)


def _logit(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))
