"""The contract of a bare network: `detector.json`, all that one has to know to detect with it.

A bare network takes `images`, float32 [1, H, W, channels] in 0..255 with sides that are multiples
of 32, and answers with `rows`, float32 [1, A, classes + 4]: logits, then box offsets, in the order
of `training.anchors.image_anchors`. In int8 it takes the pictures less 128, and its file says what
the numbers of its rows are worth. What comes before and after it is `training.row_detector` in
Python and `training/web/detector.js` in a page.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from training.anchors import BACKBONE_STRIDE
from training.boxes import CENTRE_SCALE, MAX_LOG_SIZE, SIZE_SCALE
from training.export_options import parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.export_options import ExportOptions

Dtype = Literal["float32", "int8"]

CONTRACT = "detector.json"
INPUT_NAME = "images"
OUTPUT_NAME = "rows"
# ITU-R BT.601.
LUMA = (0.299, 0.587, 0.114)
# Zero once normalised: what the network's own padding looks like.
PADDING = 128.0


def format_contract(
    options: ExportOptions, labels: Mapping[int, str], *, dtype: Dtype = "float32"
) -> str:
    """Return the contract as JSON.

    Beside the options it has what is constant in all our networks, and each level's `shapes`, the
    height and width of a cell's anchors in pixels, so that a port has nothing to guess.
    """
    known = asdict(options)
    for level, facts in zip(options.levels, known["levels"], strict=True):
        facts["shapes"] = level.shapes().tolist()
    width = max(labels, default=0) + 4
    contract = {
        "input": {
            "name": INPUT_NAME,
            "dtype": dtype,
            "shape": [1, None, None, options.channels],
        },
        "output": {"name": OUTPUT_NAME, "dtype": dtype, "shape": [1, None, width]},
        "labels": dict(labels),
        "side_multiple": BACKBONE_STRIDE,
        "padding": PADDING,
        "luma": LUMA,
        "centre_scale": CENTRE_SCALE,
        "size_scale": SIZE_SCALE,
        "max_log_size": MAX_LOG_SIZE,
        **known,
    }
    return json.dumps(contract, indent=2) + "\n"


def parse_contract(text: str) -> tuple[ExportOptions, dict[int, str]]:
    """Return the options and the labels of what `format_contract` made."""
    known = json.loads(text)
    for level in known["levels"]:
        del level["shapes"]
    return parse_options(known), {int(number): label for number, label in known["labels"].items()}


def format_labels(labels: Mapping[int, str]) -> str:
    """Return the labels line by line, the first line that of class 1, as LiteRT's tools want it."""
    return "".join(f"{labels.get(n, '')}\n" for n in range(1, max(labels, default=0) + 1))
