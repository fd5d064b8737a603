"""The export: a trained judge becomes a SavedModel or a `.tflite` file.

    glyphs  [N, 40, 44, 36], dark on light      log_probs  float32 [N, 40, 5]

The SavedModel takes uint8 and any N; LiteRT float32 and one line. `twins.json` in the file says how
many glyphs there are and how large, `labels.txt` what is told apart. A window without ink is no
glyph; each window has the middle of its character in its middle, as a strip for the reader has it.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from training.checkpoint import find_weights
from training.contract import format_labels
from training.export import SIGNATURE, require_tensorflow
from training.export_options import FACTS
from training.folding import fold_normalization
from training.litert import LABELS, convert_network
from training.reader.cut import STRIP_HEIGHT
from training.twins.glyphs import GLYPH_HEIGHT, GLYPH_WIDTH, GLYPHS, TWINS
from training.twins.net import add_answer, build_judge

if TYPE_CHECKING:
    from pathlib import Path

    import keras

    from training.twins.config import TwinsModelConfig

# A TensorFlow tensor; the library ships no types.
Tensor = Any

CONTRACT: Final = "twins.json"
LABEL_MAP: Final = dict(enumerate("".join(TWINS), start=1))
_SPEC: Final = tf.TensorSpec((None, GLYPHS, GLYPH_HEIGHT, GLYPH_WIDTH), tf.uint8, name="glyphs")
_SIZE: Final = {"glyphs": GLYPHS, "height": GLYPH_HEIGHT, "width": GLYPH_WIDTH}
PREPROCESSING: Final = {
    **_SIZE,
    "strip_height_px": STRIP_HEIGHT,
    "groups": list(TWINS),
    "ground": "flat, dark on light",
}


def load_judge(config: TwinsModelConfig, run_dir: Path) -> keras.Model:
    """Return a judge with the best weights that `run_dir` has, its answer log-probabilities.

    Raises ExportError where Keras does not run on TensorFlow.
    """
    require_tensorflow()
    model = build_judge(config)
    model.load_weights(find_weights(run_dir))
    return fold_normalization(add_answer(model))


def export_judge(judge: keras.Model, out_dir: Path) -> None:
    """Write what `load_judge` gave as a SavedModel into `out_dir`, beside it what it expects."""
    traced = tf.function(lambda glyphs: judge(tf.cast(glyphs, tf.float32), training=False))
    frozen = convert_variables_to_constants_v2(
        traced.get_concrete_function(_SPEC), lower_control_flow=False
    )

    def answer(glyphs: Tensor) -> dict[str, Tensor]:
        return {"log_probs": frozen(glyphs)[0]}

    module = tf.Module()
    module.judge = tf.function(answer, input_signature=[_SPEC])
    signature = module.judge.get_concrete_function()
    tf.saved_model.save(module, str(out_dir), signatures={SIGNATURE: signature})
    facts = out_dir / FACTS
    facts.parent.mkdir(exist_ok=True)
    facts.write_text(json.dumps(PREPROCESSING, indent=2) + "\n", encoding="utf-8")


def write_judge_litert(judge: keras.Model, out: Path) -> None:
    """Write what `load_judge` gave to the file `out`, its weights in int8."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(convert_network(judge, weights=tf.int8))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(LABELS, format_labels(LABEL_MAP))
        archive.writestr(CONTRACT, json.dumps(_SIZE, indent=2) + "\n")
