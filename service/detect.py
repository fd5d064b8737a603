"""The detect stage, and the only file of the service that knows TensorFlow."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import tensorflow as tf

from service.errors import DetectError, ModelLoadError
from service.quota import count_cpus
from service.records import Box, Prefix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from service.records import Frame, Pixels
    from service.settings import DetectSettings

    Floats = NDArray[np.float32]

SIGNATURE: Final = "serving_default"
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
        saved_model_dir: Path,
        settings: DetectSettings,
        *,
        label_map: Mapping[int, str],
        name: str,
        version: int,
    ) -> None:
        """Load the model, whose classes are named by `label_map`; raises `ModelLoadError`."""
        self.model_name = name
        self.model_version = version
        self._settings = settings
        self._label_map = dict(label_map)
        _limit_threads(settings.threads or count_cpus())
        self._model = _load_model(saved_model_dir)
        self._call = _find_signature(self._model, saved_model_dir)

    def detect(self, frame: Frame) -> tuple[Prefix, ...]:
        """Return the prefixes in `frame`, best first; raises `DetectError`."""
        boxes, scores, classes = self._infer(frame.pixels)
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

    def warm_up(self) -> None:
        """Run the model on every usual frame size.

        TensorFlow plans its work anew for each size it sees, which the first caller would feel.
        """
        for width, height in self._settings.warmup_sizes_px:
            self._infer(np.zeros((height, width, 3), dtype=np.uint8))

    def _infer(self, pixels: Pixels) -> tuple[Floats, Floats, Floats]:
        """Return boxes [n, 4], scores [n] and classes [n] of the n detections in one picture."""
        try:
            found = self._call(**{INPUT: tf.constant(pixels[np.newaxis])})
        except tf.errors.OpError as error:
            height, width = pixels.shape[:2]
            raise DetectError(f"the model failed on {width} x {height} pixels") from error
        boxes, scores, classes, count = (found[name].numpy()[0] for name in OUTPUTS)
        return boxes[: int(count)], scores[: int(count)], classes[: int(count)]

    def _label_of(self, class_id: int) -> str:
        if class_id not in self._label_map:
            raise DetectError(
                f"expected a class of {sorted(self._label_map)}, the model said {class_id}"
            )
        return self._label_map[class_id]


def _limit_threads(threads: int) -> None:
    """Size TensorFlow's pools, which it does once in a process: the first detector decides."""
    pools = tf.config.threading
    for resize, size in (
        (pools.set_intra_op_parallelism_threads, threads),
        (pools.set_inter_op_parallelism_threads, 1),
    ):
        with suppress(RuntimeError):
            resize(size)


def _load_model(saved_model_dir: Path) -> Any:  # noqa: ANN401 - TensorFlow has no types
    try:
        return tf.saved_model.load(str(saved_model_dir))
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise ModelLoadError(
            f"{saved_model_dir} does not hold a SavedModel that TensorFlow can load; "
            "export it again or point PRINTLINK_MODEL__SAVED_MODEL_DIR elsewhere"
        ) from error


def _find_signature(model: Any, saved_model_dir: Path) -> Any:  # noqa: ANN401 - no types
    """Return the callable signature once its names are known to be the expected ones."""
    call = model.signatures.get(SIGNATURE)
    if call is None:
        raise ModelLoadError(
            f"expected the signature {SIGNATURE} in {saved_model_dir}, "
            f"it has {sorted(model.signatures)}"
        )
    inputs = set(call.structured_input_signature[1])
    missing = sorted(({INPUT} - inputs) | (set(OUTPUTS) - set(call.structured_outputs)))
    if missing:
        raise ModelLoadError(
            f"the signature {SIGNATURE} of {saved_model_dir} lacks {', '.join(missing)}"
        )
    return call


def _scale_box(box: Floats, frame: Frame) -> Box:
    """Turn (ymin, xmin, ymax, xmax) in 0..1 into pixels inside the frame."""
    top, left, bottom, right = (float(side) for side in np.clip(box, 0.0, 1.0))
    return Box(left * frame.width, top * frame.height, right * frame.width, bottom * frame.height)
