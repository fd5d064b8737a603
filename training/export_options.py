"""What is decided at an export: the format, and what happens round the network."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from training.anchors import LEVELS, AnchorLevel
from training.network_file import read_level
from training.postprocess import PostprocessRule
from training.refiner.rule import RefineRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from training.config import TrainConfig


# TensorFlow leaves a folder of this name to whoever makes the SavedModel.
EXTRA = "assets.extra"
FACTS = f"{EXTRA}/export.json"


class ExportFormat(StrEnum):
    """What can be made of trained weights."""

    SAVED_MODEL = "saved-model"
    LITERT = "litert"
    LITERT_INT8 = "litert-int8"
    WEB = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What is fixed at an export: a frame's longer side comes down to `long_side` pixels.

    The network then looks a second time at a picture `coarse_factor` times smaller, for print that
    is larger than any it was trained on; 1 leaves the second look out. `refine` says how boxes go
    through the second stage, None that there is none.
    """

    long_side: int = 1280
    coarse_factor: int = 3
    postprocess: PostprocessRule = field(default_factory=PostprocessRule)
    levels: tuple[AnchorLevel, ...] = LEVELS
    channels: int = 1
    refine: RefineRule | None = None


def choose_options(config: TrainConfig) -> ExportOptions:
    """Return what a run's config says of its export."""
    return ExportOptions(
        long_side=config.long_side,
        coarse_factor=config.coarse_factor,
        postprocess=config.postprocess,
        levels=config.model.levels or LEVELS,
        channels=config.model.channels,
    )


def write_options(options: ExportOptions, path: Path) -> None:
    """Write the options as JSON."""
    path.write_text(json.dumps(asdict(options), indent=2) + "\n", encoding="utf-8")


def read_options(path: Path) -> ExportOptions:
    """Return what `write_options` wrote."""
    return parse_options(json.loads(path.read_text(encoding="utf-8")))


def parse_options(known: Mapping[str, Any]) -> ExportOptions:
    """Return the options that stand in `known`, which may hold more than them."""
    refine = known.get("refine")
    return ExportOptions(
        long_side=known["long_side"],
        coarse_factor=known["coarse_factor"],
        postprocess=PostprocessRule(**known["postprocess"]),
        levels=tuple(read_level(level) for level in known["levels"]),
        channels=known["channels"],
        refine=RefineRule(**refine) if refine else None,
    )
