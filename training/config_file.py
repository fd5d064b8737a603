"""Reading the settings of a training run: our own config file, or a `pipeline.config`."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

from training.config import TrainConfig
from training.pipeline_config import read_pipeline_config

if TYPE_CHECKING:
    from pathlib import Path

# What an existing `pipeline.config` may be called.
PIPELINE_SUFFIXES = (".config", ".pbtxt")


def load_config(path: Path) -> TrainConfig:
    """Return the `CONFIG` of a config file, or what can be taken over from a `pipeline.config`.

    Raises ValueError where the file has none, or is no such message.
    """
    if path.suffix in PIPELINE_SUFFIXES:
        return read_pipeline_config(path)
    config = runpy.run_path(str(path)).get("CONFIG")
    if not isinstance(config, TrainConfig):
        message = f"{path}: expected CONFIG to be a TrainConfig, received {type(config).__name__}"
        raise ValueError(message)
    return config
