"""The export: a trained detector becomes a SavedModel that takes frames of any size.

Its signature is, by name, that of an export with TensorFlow 2's Object Detection API. What
makes or loads an export needs TensorFlow, whichever backend the weights were trained with.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from model_store.label_map import write_label_map
from training.box_graph import select_boxes, tile_anchors
from training.export_options import EXTRA, FACTS, write_options
from training.folding import fold_normalization
from training.frame_graph import fit_frames, shrink_input
from training.refiner.graph import refine_boxes
from training.refiner.weights import save_refiner
from training.start_weights import save_start_weights
from training.trained import load_run

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import ModelConfig
    from training.export_options import ExportOptions
    from training.refiner.weights import TrainedRefiner
    from training.trained import TrainedDetector

logger = logging.getLogger(__name__)

# A TensorFlow tensor; the library ships no types.
Tensor = Any
# A tf.function.
GraphFunction = Any

LABELS = "label_map.pbtxt"
# What an export may take with all that lies beside its graph.
MAX_BYTES = 12_000_000
SIGNATURE = "serving_default"
INPUT = tf.TensorSpec((None, None, None, 3), tf.uint8, name="input_tensor")


class ExportError(RuntimeError):
    """The model cannot be exported as things are."""


def export_run(config: ModelConfig, run_dir: Path, out_dir: Path, options: ExportOptions) -> None:
    """Export the best weights that `run_dir` has so far as a SavedModel.

    Raises ExportError where Keras does not run on TensorFlow.
    """
    require_tensorflow()
    write_saved_model(load_run(config, run_dir, options), out_dir)


def require_tensorflow() -> None:
    """Raise ExportError where Keras does not run on TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        message = f"expected KERAS_BACKEND=tensorflow, received {keras.backend.backend()}"
        raise ExportError(message)


def write_saved_model(detector: TrainedDetector, out_dir: Path) -> None:
    """Write a SavedModel with all that belongs beside its graph into `out_dir`."""
    export_detector(detector.model, out_dir, detector.options, refiner=detector.refiner)
    if detector.refiner is not None:
        save_refiner(detector.refiner, out_dir / EXTRA)
    add_companions(detector.model, detector.network, out_dir)


def add_companions(model: keras.Model, network: ModelConfig, out_dir: Path) -> None:
    """Write what belongs to an export beside its graph: label map, and weights to start from.

    The weights are left out where the export would grow beyond `MAX_BYTES`.
    """
    extra = out_dir / EXTRA
    write_label_map(extra / LABELS, network.labels or {})
    weights = save_start_weights(model, network, extra)
    if sum(path.stat().st_size for path in out_dir.rglob("*") if path.is_file()) > MAX_BYTES:
        weights.unlink()
        logger.warning("%s: no weights to start from; they would make it too large", out_dir)


def export_detector(
    model: keras.Model,
    out_dir: Path,
    options: ExportOptions,
    *,
    refiner: TrainedRefiner | None = None,
) -> None:
    """Write `model` as a SavedModel into `out_dir`, its options beside the graph."""
    module = tf.Module()
    module.detect = freeze_detector(model, options, refiner)
    signature = module.detect.get_concrete_function()
    tf.saved_model.save(module, str(out_dir), signatures={SIGNATURE: signature})
    facts = out_dir / FACTS
    facts.parent.mkdir(exist_ok=True)
    write_options(options, facts)


def freeze_detector(
    model: keras.Model, options: ExportOptions, refiner: TrainedRefiner | None = None
) -> GraphFunction:
    """Return the whole graph as a tf.function in which every weight is a constant.

    On a CPU a frozen graph takes two thirds of the time of one with variables: only constants can
    be folded into each other and laid out beforehand.
    """
    folded = fold_normalization(model)
    second = None if refiner is None else fold_normalization(refiner.model)
    traced = tf.function(lambda frames: detect_prefixes(folded, frames, options, second))
    concrete = traced.get_concrete_function(INPUT)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)
    # A frozen function answers with a list, in the order of the sorted names.
    names = sorted(concrete.structured_outputs)

    def detect(input_tensor: Tensor) -> dict[str, Tensor]:
        return dict(zip(names, frozen(input_tensor), strict=True))

    return tf.function(detect, input_signature=[INPUT])


def detect_prefixes(
    model: keras.Model,
    frames: Tensor,
    options: ExportOptions,
    refiner: keras.Model | None = None,
) -> dict[str, Tensor]:
    """Return the signature's outputs for uint8 frames [N, H, W, 3]."""
    images, fitted = fit_frames(frames, long_side=options.long_side, channels=options.channels)
    rows = model(images, training=False)
    anchors = tile_anchors(tf.shape(images)[1:3], options.levels)
    if options.coarse_factor > 1:
        large_rows, large_anchors = find_large_print(model, images, options)
        rows = tf.concat([rows, large_rows], axis=1)
        anchors = tf.concat([anchors, large_anchors], axis=0)
    found = select_boxes(rows, anchors, options.postprocess)
    if refiner is not None and options.refine is not None:
        found = refine_boxes(refiner, images, found, options.refine)
    boxes, scores, classes, number = found
    height, width = tf.unstack(tf.cast(fitted, tf.float32))
    return {
        "detection_boxes": tf.clip_by_value(boxes / tf.stack([height, width, height, width]), 0, 1),
        "detection_scores": scores,
        "detection_classes": classes,
        "num_detections": number,
    }


def find_large_print(
    model: keras.Model, images: Tensor, options: ExportOptions
) -> tuple[Tensor, Tensor]:
    """Return rows [N, A, classes + 4] and anchors [A, 4], in pixels of `images`, of a second look.

    The finest level is left out: what it would find is legible in `images` itself.
    """
    factor = options.coarse_factor
    smaller = shrink_input(images, factor)
    anchors = tile_anchors(tf.shape(smaller)[1:3], options.levels[1:] or options.levels)
    rows = model(smaller, training=False)
    return rows[:, -tf.shape(anchors)[0] :], anchors * float(factor)
