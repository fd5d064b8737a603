"""The settings of a reader's training run; `training/configs/reader.py` makes one."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from training.reader.net import ReaderModelConfig

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderConfig:
    """One training run.

    The learning rate rises for `warmup_strips`, then falls along a cosine that ends after `strips`.
    Strips get from easy to hard over the first `easy_strips`. The loss at the characters' middles
    falls to its least weight over the first `guided_share` of the run. Every `evaluate_steps` the
    averaged weights read `evaluate_strips` strips in typefaces that are never trained on.
    `start_share` of the final weights are those that the run started from.
    `precision` is Keras's dtype policy: `mixed_bfloat16` pays on hardware that multiplies in it.
    """

    name: str
    model: ReaderModelConfig = field(default_factory=ReaderModelConfig)
    batch: int = 32
    strips: int = 400_000
    warmup_strips: int = 3_000
    easy_strips: int = 8_000
    guided_share: float = 0.25
    learning_rate: float = 2.5e-3
    weight_decay: float = 0.01
    max_gradient_norm: float = 5.0
    ema_momentum: float = 0.998
    log_steps: int = 50
    checkpoint_steps: int = 150
    evaluate_steps: int = 300
    evaluate_strips: int = 256
    start_share: float = 0.0
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    seed: int = 1


def load_reader_config(path: Path) -> ReaderConfig:
    """Return the `CONFIG` of a config file; raises ValueError where the file has none."""
    config = runpy.run_path(str(path)).get("CONFIG")
    if not isinstance(config, ReaderConfig):
        message = f"{path}: expected CONFIG to be a ReaderConfig, received {type(config).__name__}"
        raise ValueError(message)
    return config
