"""The web export: the bare network as a TF.js graph model, and what a page needs beside it.

Made of pictures, as the copy in int8 for LiteRT is, it computes what that computes, in whole
numbers, and both find the same boxes.

model.json, group1-shard1of1.bin   the network, weights in float16
detector.json                      the contract: sizes, anchors, labels, thresholds
detector.js, refine.js             an ES module that detects with them, and its own
refiner/                           the second stage as another graph model, where there is one
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import tensorflow as tf

from training.bare_network import save_network
from training.contract import CONTRACT, INPUT_NAME, OUTPUT_NAME, format_contract
from training.export import ExportError
from training.litert import quantize_network
from training.whole_numbers import KERNEL, WholeNumbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from training.trained import TrainedDetector

WEB = Path(__file__).parent / "web"
REFINER = "refiner"
SCRIPTS = ("detector.js", "refine.js")
# The first conversion fetches some 300 MB.
TIMEOUT_S = 1800


def write_web(detector: TrainedDetector, out: Path, *, pictures: Sequence[Path] = ()) -> None:
    """Write `detector` into the folder `out`, in whole numbers where there are `pictures`.

    Raises ExportError where uv is missing or the converter fails.
    """
    if pictures:
        network = quantize_network(detector, pictures)
        write_rounded(network, detector.options.channels, out)
    else:
        write_graph_model(detector.model, out)
    if detector.refiner is not None:
        write_graph_model(detector.refiner.model, out / REFINER)
    contract = format_contract(detector.options, detector.labels)
    (out / CONTRACT).write_text(contract, encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(WEB / name, out / name)


def write_graph_model(model: keras.Model, out: Path) -> None:
    """Write a network into the folder `out`; raises ExportError."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        save_network(model, Path(folder))
        convert_network(Path(folder), out)


def write_rounded(network: bytes, channels: int, out: Path) -> None:
    """Write what a detector's network in int8 computes into the folder `out`.

    Raises ExportError, also where the network has layers that whole numbers are not known of.
    """
    try:
        whole = WholeNumbers(network)
    except ValueError as error:
        raise ExportError(f"{error}: export it without pictures") from error
    out.mkdir(parents=True, exist_ok=True)
    module = tf.Module()
    spec = tf.TensorSpec((1, None, None, channels), tf.float32, name=INPUT_NAME)
    module.run = tf.function(lambda images: {OUTPUT_NAME: whole(images)}, input_signature=[spec])
    signature = module.run.get_concrete_function()
    with TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={"serving_default": signature})
        convert_network(Path(folder), out, halved=f"*{KERNEL}*")


def convert_network(saved_model: Path, out: Path, *, halved: str = "*") -> None:
    """Run the TF.js converter in its own environment, which uv makes on the first call.

    It makes float16 of the weights whose names match the pattern `halved`.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise ExportError(
            "the TF.js converter runs in an environment made by uv: expected uv in PATH"
        )
    script = [str(path) for path in (WEB / "convert.py", saved_model, out, halved)]
    command = [uv, "run", "--no-project", "--script", *script]
    try:
        subprocess.run(  # noqa: S603 - our own script, and folders of ours
            command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except subprocess.CalledProcessError as error:
        last_words = error.stderr.strip()[-2000:]
        raise ExportError(f"the TF.js converter failed:\n{last_words}") from error
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"the TF.js converter was not done after {TIMEOUT_S} s") from error
