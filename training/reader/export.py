"""The export: a trained reader becomes a SavedModel that takes strips of any size.

    strips  uint8 [N, H, W], dark on light      log_probs  float32 [N, T, classes]
    widths  int32 [N], valid columns            lengths    int32 [N], valid time steps

Class 0 is CTC's blank. Time step t is centred on column (t + .5) * W / T of its strip.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from training.checkpoint import find_weights
from training.export import SIGNATURE, require_tensorflow
from training.export_options import FACTS
from training.folding import fold_normalization
from training.reader.batches import COLUMNS_PER_STEP, NET_HEIGHT, PAPER, STEPS_PER_HEIGHT
from training.reader.cut import MARGIN_RATIO, SIDE_MARGIN_RATIO, STRIP_HEIGHT
from training.reader.net import build_reader
from training.start_weights import START_WEIGHTS, save_halved

if TYPE_CHECKING:
    from pathlib import Path

    import keras

    from training.reader.net import ReaderModelConfig

# A TensorFlow tensor; the library ships no types.
Tensor = Any
# A tf.function.
GraphFunction = Any

STRIPS = tf.TensorSpec((None, None, None), tf.uint8, name="strips")
WIDTHS = tf.TensorSpec((None,), tf.int32, name="widths")
# How a strip has to be cut for this reader.
PREPROCESSING = {
    "strip_height_px": STRIP_HEIGHT,
    "margin_ratio": MARGIN_RATIO,
    "side_margin_ratio": SIDE_MARGIN_RATIO,
    "ground": "flat, dark on light",
    "net_height_px": NET_HEIGHT,
    "steps_per_height": STEPS_PER_HEIGHT,
    "blank": 0,
}


def export_reader_run(config: ReaderModelConfig, run_dir: Path, out_dir: Path) -> None:
    """Export the best weights that `run_dir` has so far.

    Raises ExportError where Keras does not run on TensorFlow.
    """
    require_tensorflow()
    export_reader(load_reader(config, run_dir), out_dir)


def load_reader(config: ReaderModelConfig, run_dir: Path) -> keras.Model:
    """Return a reader with the best weights that `run_dir` has so far."""
    model = build_reader(config)
    model.load_weights(find_weights(run_dir))
    return model


def export_reader(model: keras.Model, out_dir: Path) -> None:
    """Write `model` as a SavedModel into `out_dir`.

    Beside the graph stand what it expects of a strip, and weights to start another run from.
    """
    module = tf.Module()
    module.read = freeze_reader(model)
    signature = module.read.get_concrete_function()
    tf.saved_model.save(module, str(out_dir), signatures={SIGNATURE: signature})
    facts = out_dir / FACTS
    facts.parent.mkdir(exist_ok=True)
    facts.write_text(json.dumps(PREPROCESSING, indent=2) + "\n", encoding="utf-8")
    save_halved(model, facts.with_name(START_WEIGHTS))


def freeze_reader(model: keras.Model) -> GraphFunction:
    """Return the whole graph as a tf.function in which every weight is a constant."""
    folded = fold_normalization(model)
    traced = tf.function(lambda strips, widths: read_strips(folded, strips, widths))
    concrete = traced.get_concrete_function(STRIPS, WIDTHS)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)
    # A frozen function answers with a list, in the order of the sorted names.
    names = sorted(concrete.structured_outputs)

    def read(strips: Tensor, widths: Tensor) -> dict[str, Tensor]:
        return dict(zip(names, frozen(strips, widths), strict=True))

    return tf.function(read, input_signature=[STRIPS, WIDTHS])


def read_strips(model: keras.Model, strips: Tensor, widths: Tensor) -> dict[str, Tensor]:
    """Return the signature's outputs."""
    height, width = tf.shape(strips)[1], tf.shape(strips)[2]
    steps = tf.maximum(1, _ceil_ratio(STEPS_PER_HEIGHT * width, height))
    is_strip = tf.sequence_mask(widths, width)[:, tf.newaxis, :, tf.newaxis]
    padded = tf.where(is_strip, tf.cast(strips[..., tf.newaxis], tf.float32), float(PAPER))
    size = NET_HEIGHT, steps * COLUMNS_PER_STEP
    logits = model(tf.image.resize(padded, size, method="area"), training=False)
    return {
        "log_probs": tf.nn.log_softmax(logits),
        "lengths": tf.minimum(steps, _ceil_ratio(widths * steps, width)),
    }


def _ceil_ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    return -(-numerator // denominator)
