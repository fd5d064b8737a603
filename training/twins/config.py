"""The settings of the judge of twins: its network, and how that is trained."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinsModelConfig:
    """Channels of the convolutions over a glyph, and sizes of what compares glyphs.

    Each glyph becomes `embedding` numbers; `heads` of `head_size` look at the others of the line.
    """

    stages: tuple[int, int, int] = (16, 32, 64)
    embedding: int = 96
    heads: int = 4
    head_size: int = 24
    hidden: int = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinsConfig:
    """One training run.

    The learning rate rises for `warmup_strips`, then falls along a cosine that ends after `strips`.
    `jitter` is how far the window of a glyph is moved at random (standard deviation, in strip
    pixels): a CTC network says where characters stand to half a step only.
    """

    name: str
    model: TwinsModelConfig = field(default_factory=TwinsModelConfig)
    batch: int = 32
    strips: int = 250_000
    warmup_strips: int = 3_000
    learning_rate: float = 1.2e-3
    weight_decay: float = 1e-4
    ema_momentum: float = 0.998
    jitter: float = 1.8
    log_steps: int = 50
    checkpoint_steps: int = 250
    evaluate_steps: int = 500
    evaluate_strips: int = 1000
    seed: int = 1


def load_twins_config(path: Path) -> TwinsConfig:
    """Return the `CONFIG` of a config file; raises ValueError where the file has none."""
    config = runpy.run_path(str(path)).get("CONFIG")
    if not isinstance(config, TwinsConfig):
        message = f"{path}: expected CONFIG to be a TwinsConfig, received {type(config).__name__}"
        raise ValueError(message)
    return config
