"""The web export: the bare network as a TF.js graph model, and what a page needs beside it.

model.json, group1-shard1of1.bin   the network, weights in float16
detector.json                      the contract: sizes, anchors, labels, thresholds
detector.js                        an ES module that detects with them
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from training.bare_network import save_network
from training.contract import CONTRACT, format_contract
from training.export import ExportError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras

    from training.export_options import ExportOptions

WEB = Path(__file__).parent / "web"
# The first conversion fetches some 300 MB.
TIMEOUT_S = 1800


def write_web(
    model: keras.Model, out: Path, *, options: ExportOptions, labels: Mapping[int, str]
) -> None:
    """Write `model` into the folder `out`.

    Raises ExportError where uv is missing or the converter fails.
    """
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        save_network(model, Path(folder))
        convert_network(Path(folder), out)
    (out / CONTRACT).write_text(format_contract(options, labels), encoding="utf-8")
    shutil.copyfile(WEB / "detector.js", out / "detector.js")


def convert_network(saved_model: Path, out: Path) -> None:
    """Run the TF.js converter in its own environment, which uv makes on the first call."""
    uv = shutil.which("uv")
    if uv is None:
        raise ExportError(
            "the TF.js converter runs in an environment made by uv: expected uv in PATH"
        )
    script = [str(path) for path in (WEB / "convert.py", saved_model, out)]
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
