"""The detect stage: a model in the form of the Object Detection API finds the prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from service.errors import DetectError, ModelRunError
from service.ink import rgb_of
from service.records import Box, Prefix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from service.records import Frame, Pixels
    from service.saved_model import SavedModel
    from service.settings import DetectSettings
    from service.shrink import View

    Floats = NDArray[np.float32]

INPUT: Final = "input_tensor"
OUTPUTS: Final = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")


class Detector(Protocol):
    """Finds the prefixes of links; may be called from several threads at once."""

    @property
    def model_name(self) -> str:
        """Name of the model in the store."""
        ...

    @property
    def model_version(self) -> int:
        """Version of the model in the store."""
        ...

    @property
    def sees_colour(self) -> bool:
        """Whether it makes use of colours; it takes grey frames all the same."""
        ...

    def detect(self, frame: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes in `frame`, best first; raises `DetectError`."""
        ...


class SavedModelDetector:
    """A detector in the form of the TensorFlow 2 Object Detection API's export.

    `serving_default` takes uint8 RGB [1, height, width, 3] and returns by name boxes (ymin, xmin,
    ymax, xmax, 0..1), scores, 1-based classes and the number of detections.
    """

    def __init__(
        self,
        model: SavedModel,
        settings: DetectSettings,
        *,
        label_map: Mapping[int, str],
        name: str,
        version: int,
        view: View | None = None,
    ) -> None:
        """Take the model of `INPUT` and `OUTPUTS`, whose classes are named by `label_map`.

        `view` is what it looks at, if that is known; it is then given no more.
        """
        self.model_name = name
        self.model_version = version
        self.sees_colour = view is None or not view.is_grey
        self._settings = settings
        self._label_map = dict(label_map)
        self._model = model
        self._view = view

    def detect(self, frame: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes in `frame`, best first; raises `DetectError`."""
        return self.detect_batch((frame,))[0]

    def detect_batch(self, frames: Sequence[Frame]) -> list[tuple[Prefix, ...]]:
        """Return the prefixes in each of `frames`, which have one size; raises `DetectError`.

        More than one frame at once is for models that take them, as ours do.
        """
        found = self._infer(np.stack([self._shrink(frame.pixels) for frame in frames]))
        return [self._choose(*one, frame) for one, frame in zip(found, frames, strict=True)]

    def warm_up(self) -> None:
        """Run the model on every usual frame size.

        TensorFlow plans its work anew for each size it sees, which the first caller would feel.
        """
        for width, height in self._settings.warmup_sizes_px:
            self._infer(self._shrink(np.zeros((height, width, 3), dtype=np.uint8))[np.newaxis])

    def _shrink(self, pixels: Pixels) -> Pixels:
        return self._view.shrink(pixels) if self._view else rgb_of(pixels)

    def _choose(
        self, boxes: Floats, scores: Floats, classes: Floats, frame: Frame
    ) -> tuple[Prefix, ...]:
        best_first = np.argsort(-scores, kind="stable")[: self._settings.max_prefixes]
        prefixes = (
            Prefix(
                label=self._label_of(int(classes[i])),
                score=min(1.0, float(scores[i])),
                box=_scale_box(boxes[i], frame),
            )
            for i in best_first
            if scores[i] >= self._settings.min_score
        )
        return tuple(prefix for prefix in prefixes if min(prefix.box.width, prefix.box.height) > 0)

    def _infer(self, pixels: Pixels) -> list[tuple[Floats, Floats, Floats]]:
        """Return boxes [n, 4], scores [n] and classes [n] of the n detections in each picture."""
        try:
            found = self._model.run({INPUT: pixels})
        except ModelRunError as error:
            height, width = pixels.shape[1:3]
            raise DetectError(f"the model failed on {width} x {height} pixels") from error
        outputs = tuple(found[name] for name in OUTPUTS)
        if not _is_well_formed(*outputs, pictures=len(pixels)):
            shapes = ", ".join(f"{name} {found[name].shape}" for name in OUTPUTS)
            raise DetectError(f"expected finite numbers in the form of the API, got {shapes}")
        return [
            (boxes[: int(count)], scores[: int(count)], classes[: int(count)])
            for boxes, scores, classes, count in zip(*outputs, strict=True)
        ]

    def _label_of(self, class_id: int) -> str:
        if class_id not in self._label_map:
            raise DetectError(
                f"expected a class of {sorted(self._label_map)}, the model said {class_id}"
            )
        return self._label_map[class_id]


def _is_well_formed(
    boxes: Floats, scores: Floats, classes: Floats, count: Floats, *, pictures: int
) -> bool:
    """Tell whether the shapes are [p, n, 4], [p, n], [p, n] and [p], and all numbers finite."""
    slots = boxes.shape[1:2]
    shapes = ((pictures, *slots, 4), (pictures, *slots), (pictures, *slots), (pictures,))
    outputs = (boxes, scores, classes, count)
    return all(
        output.shape == shape and bool(np.isfinite(output).all())
        for output, shape in zip(outputs, shapes, strict=True)
    )


def _scale_box(box: Floats, frame: Frame) -> Box:
    """Turn (ymin, xmin, ymax, xmax) in 0..1 into pixels inside the frame."""
    top, left, bottom, right = (float(side) for side in np.clip(box, 0.0, 1.0))
    return Box(left * frame.width, top * frame.height, right * frame.width, bottom * frame.height)
