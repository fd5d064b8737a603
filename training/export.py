"""The export: a trained detector becomes a SavedModel that takes frames of any size.

Its signature is, by name, that of an export with TensorFlow 2's Object Detection API. This and the
two `_graph` modules are the only ones in `training` that need TensorFlow, whichever backend the
weights were trained with.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from model_store.label_map import write_label_map
from training.anchors import LEVELS, AnchorLevel
from training.box_graph import select_boxes, tile_anchors
from training.checkpoint import find_weights
from training.detector import build_detector
from training.frame_graph import fit_frames, shrink_input
from training.network_file import find_network
from training.postprocess import PostprocessRule
from training.start_weights import save_start_weights

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import ModelConfig

logger = logging.getLogger(__name__)

# A TensorFlow tensor; the library ships no types.
Tensor = Any
# A tf.function.
GraphFunction = Any

# TensorFlow leaves a folder of this name to whoever makes the SavedModel.
EXTRA = "assets.extra"
FACTS = f"{EXTRA}/export.json"
LABELS = "label_map.pbtxt"
# What a SavedModel may take with all that lies beside it.
MAX_BYTES = 10_000_000
SIGNATURE = "serving_default"
INPUT = tf.TensorSpec((None, None, None, 3), tf.uint8, name="input_tensor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What is fixed in the graph: a frame's longer side comes down to `long_side` pixels.

    The network then looks a second time at a picture `coarse_factor` times smaller, for print that
    is larger than any it was trained on; 1 leaves the second look out.
    """

    long_side: int = 1280
    coarse_factor: int = 3
    postprocess: PostprocessRule = field(default_factory=PostprocessRule)
    levels: tuple[AnchorLevel, ...] = LEVELS
    channels: int = 1


class ExportError(RuntimeError):
    """The model cannot be exported as things are."""


def export_run(config: ModelConfig, run_dir: Path, out_dir: Path, options: ExportOptions) -> None:
    """Export the best weights that `run_dir` has so far.

    Raises ExportError where Keras does not run on TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        message = f"expected KERAS_BACKEND=tensorflow, received {keras.backend.backend()}"
        raise ExportError(message)
    network = find_network(config, run_dir)
    model = build_detector(network)
    model.load_weights(find_weights(run_dir))
    levels = network.levels or LEVELS
    export_detector(model, out_dir, replace(options, levels=levels, channels=network.channels))
    add_companions(model, network, out_dir)


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


def export_detector(model: keras.Model, out_dir: Path, options: ExportOptions) -> None:
    """Write `model` as a SavedModel into `out_dir`, its options beside the graph."""
    module = tf.Module()
    module.detect = freeze_detector(model, options)
    signature = module.detect.get_concrete_function()
    tf.saved_model.save(module, str(out_dir), signatures={SIGNATURE: signature})
    facts = out_dir / FACTS
    facts.parent.mkdir(exist_ok=True)
    facts.write_text(json.dumps(asdict(options), indent=2) + "\n")


def freeze_detector(model: keras.Model, options: ExportOptions) -> GraphFunction:
    """Return the whole graph as a tf.function in which every weight is a constant.

    On a CPU a frozen graph takes two thirds of the time of one with variables: only constants can
    be folded into each other and laid out beforehand.
    """
    traced = tf.function(lambda frames: detect_prefixes(model, frames, options))
    concrete = traced.get_concrete_function(INPUT)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)
    # A frozen function answers with a list, in the order of the sorted names.
    names = sorted(concrete.structured_outputs)

    def detect(input_tensor: Tensor) -> dict[str, Tensor]:
        return dict(zip(names, frozen(input_tensor), strict=True))

    return tf.function(detect, input_signature=[INPUT])


def detect_prefixes(
    model: keras.Model, frames: Tensor, options: ExportOptions
) -> dict[str, Tensor]:
    """Return the signature's outputs for uint8 frames [N, H, W, 3]."""
    images, fitted = fit_frames(frames, long_side=options.long_side, channels=options.channels)
    rows = model(images, training=False)
    anchors = tile_anchors(tf.shape(images)[1:3], options.levels)
    if options.coarse_factor > 1:
        large_rows, large_anchors = find_large_print(model, images, options)
        rows = tf.concat([rows, large_rows], axis=1)
        anchors = tf.concat([anchors, large_anchors], axis=0)
    boxes, scores, classes, number = select_boxes(rows, anchors, options.postprocess)
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
