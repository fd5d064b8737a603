"""The settings of a training run; each file in `training/configs` makes one."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training.example import ExampleSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The network: `alpha` scales MobileNetV2's channels and means nothing to the dense one."""

    backbone: Literal["dense", "mobilenet"] = "dense"
    alpha: float = 0.35
    pyramid_filters: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run.

    `make_source` is called with the folder of pages and the side of a crop in pixels. The learning
    rate rises for `warmup_crops`, then falls along a cosine that ends after `crops`.
    `ema_momentum` caps the momentum of the average over the weights. `precision` is a Keras
    dtype policy: `mixed_bfloat16` pays on hardware that multiplies in it.
    """

    name: str
    make_source: Callable[[Path, int], ExampleSource]
    model: ModelConfig = field(default_factory=ModelConfig)
    size: int = 320
    batch: int = 32
    crops: int = 700_000
    warmup_crops: int = 10_000
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    max_gradient_norm: float = 10.0
    ema_momentum: float = 0.9995
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    log_steps: int = 100
    checkpoint_steps: int = 200
    seed: int = 1


def load_config(path: Path) -> TrainConfig:
    """Return the `CONFIG` of a config file; raises ValueError where the file has none."""
    config = runpy.run_path(str(path)).get("CONFIG")
    if not isinstance(config, TrainConfig):
        message = f"{path}: expected CONFIG to be a TrainConfig, received {type(config).__name__}"
        raise ValueError(message)
    return config
