"""Times the same weights in every runtime there is, on the same frames, in one run.

    python -m bench.runtimes --frames DIR --rounds 5

Every picture goes to one runtime after the other, each in a process of its own, so that all meet
the machine in the same mood. What is timed is the bare network on the frame as it sees it first;
only the last row is the whole detector as it ships, with shrinking, second look and suppression.
ONNX Runtime and OpenVINO get the network by way of tf2onnx; uv makes the environments of all three
and keeps them. A runtime that cannot be had is named with the reason. Read the ratio, not the
milliseconds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from PIL import Image

from bench.race import ROOT, Contender, Record, compete, last_line, python_with
from bench.stages import list_pictures
from model_store.store import ModelStore, default_root
from service.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.trained import TrainedDetector

TIMEOUT_S = 900
CONVERTER = ("onnx", "tf2onnx")
OPSET = "17"
ONNX = "network.onnx"


def main(
    frames: Annotated[Path, typer.Option(help="Folder of pictures.")] = Path("bench/frames"),
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over all frames.")] = 5,
    threads: Annotated[list[int] | None, typer.Option(min=1, help="1 and 2.")] = None,
    model: Annotated[str, typer.Option(help="NAME or NAME:VERSION of the store.")] = "links",
) -> None:
    """Time a published detector's weights in every runtime."""
    from training.trained import load_model  # noqa: PLC0415 - a typing mistake is told without it

    pictures = list_pictures(frames)
    detector = load_model(ModelStore(default_root()), model)
    whole = ModelStore(default_root()).resolve(*_split_name(model)).path
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        networks = write_networks(detector, folder, pictures)
        feeds = list(write_feeds(detector, folder, pictures))
        problem = convert_to_onnx(folder)
        contenders = list(list_contenders(networks | {"whole": whole}, threads or [1, 2]))
        racing = [one for one in contenders if not (problem and one.network.name == ONNX)]
        records = {one: Record(problem=problem) for one in contenders}
        records |= compete(racing, feeds, rounds=rounds, scratch=folder)
    typer.echo(f"{model}, {len(pictures)} frames, {rounds} rounds\n\n{render_table(records)}")


def _split_name(named: str) -> tuple[str, int | None]:
    name, _, version = named.partition(":")
    return name, int(version) if version else None


def write_networks(
    detector: TrainedDetector, folder: Path, pictures: Sequence[Path]
) -> dict[str, Path]:
    """Write the network in the form of every runtime, and return where each lies."""
    from training.bare_network import save_network  # noqa: PLC0415
    from training.litert import write_litert  # noqa: PLC0415

    save_network(detector.model, folder / "frozen")
    save_variables(detector, folder / "variables")
    write_litert(detector, folder / "float32.tflite")
    write_litert(detector, folder / "int8.tflite", is_int8=True)
    write_litert(detector, folder / "ranges.tflite", is_int8=True, pictures=pictures)
    return {path.stem: path for path in folder.iterdir()} | {"onnx": folder / ONNX}


def save_variables(detector: TrainedDetector, folder: Path) -> None:
    """Write the network as Keras would, its weights variables."""
    import tensorflow as tf  # noqa: PLC0415

    module = tf.Module()
    module.model = detector.model
    spec = tf.TensorSpec((1, None, None, detector.options.channels), tf.float32, name="images")
    module.run = tf.function(
        lambda images: {"rows": module.model(images, training=False)}, input_signature=[spec]
    )
    tf.saved_model.save(module, str(folder), signatures=module.run.get_concrete_function())


def write_feeds(
    detector: TrainedDetector, folder: Path, pictures: Sequence[Path]
) -> Iterator[dict[str, Path]]:
    """Yield of each frame what a whole detector and what a bare network is given."""
    from training.row_detector import fit_image, pad_image  # noqa: PLC0415

    options = detector.options
    for number, path in enumerate(pictures):
        with Image.open(path) as opened:
            frame = np.asarray(opened.convert("RGB"))
        fitted = fit_image(frame, long_side=options.long_side, channels=options.channels)
        feed = {"frame": frame, "picture": pad_image(fitted)}
        paths = {name: folder / f"{number}-{name}.npy" for name in feed}
        for name, array in feed.items():
            np.save(paths[name], array[None])
        yield paths


def list_contenders(networks: dict[str, Path], threads: Sequence[int]) -> Iterator[Contender]:
    """Yield every runtime with every number of threads; the others are measured by the first."""
    for count in threads:
        for name, kind, network, packages in (
            ("TensorFlow, frozen", "tensorflow", "frozen", ()),
            ("TensorFlow, variables", "tensorflow", "variables", ()),
            ("TensorFlow, frozen, XLA", "xla", "frozen", ()),
            ("TensorFlow, frozen, bfloat16", "bfloat16", "frozen", ()),
            ("LiteRT, float32", "litert", "float32", ()),
            ("LiteRT, int8", "litert", "int8", ()),
            ("LiteRT, int8, fixed ranges", "litert", "ranges", ()),
            ("ONNX Runtime", "onnx", "onnx", ("onnxruntime",)),
            ("OpenVINO", "openvino", "onnx", ("openvino",)),
        ):
            yield Contender(name, kind, networks[network], count, packages=packages)
    for count in threads:
        yield Contender("whole SavedModel", "tensorflow", networks["whole"], count, feed="frame")


def convert_to_onnx(folder: Path) -> str:
    """Write the frozen network as ONNX, too, and return why that was not possible, if so."""
    words = ["--saved-model", str(folder / "frozen"), "--output", str(folder / ONNX)]
    command = [*python_with(CONVERTER), "-m", "tf2onnx.convert", *words, "--opset", OPSET]
    try:
        subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except subprocess.CalledProcessError as error:
        return f"tf2onnx: {last_line(error.stderr)}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"tf2onnx: {error}"
    return ""


def render_table(records: dict[Contender, Record]) -> str:
    """Return a line for each contender, measured by the first of those that see the same."""
    rows = [f"{'':30}{'threads':>8}{'median ms':>11}{'ratio':>7}{'largest score difference':>26}"]
    for contender, record in records.items():
        start = f"{contender.name:30}{contender.threads:>8}"
        if record.problem:
            rows.append(f"{start}  {record.problem}")
            continue
        first = next(other for one, other in records.items() if one.feed == contender.feed)
        ms, first_ms = statistics.median(record.ms), statistics.median(first.ms or record.ms)
        rows.append(f"{start}{ms:>11.1f}{ms / first_ms:>7.2f}{differ(record, first):>26.5f}")
    return "\n".join(rows)


def differ(record: Record, other: Record) -> float:
    """Return the largest difference between the scores of two records."""
    pairs = zip(record.scores, other.scores, strict=False)
    return max((float(np.abs(one - two).max()) for one, two in pairs), default=0.0)


if __name__ == "__main__":
    try:
        typer.run(main)
    except StartupError as error:
        sys.exit(f"bench: {error}")
