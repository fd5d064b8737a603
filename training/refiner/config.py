"""The settings of the second stage: its network, and how it is trained."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from training.label_map import LABEL_MAP
from training.refiner.rule import RefineRule

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = "refiner.json"
CONFIG = "config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinerNetwork:
    """The network: `filters` of its three scales, and how many channels each cell ends with."""

    labels: dict[int, str] = field(default_factory=lambda: dict(LABEL_MAP))
    channels: int = 1
    filters: tuple[int, int, int] = (16, 48, 64)
    squeezed: int = 16
    hidden: int = 96
    dropout: float = 0.1
    rule: RefineRule = field(default_factory=RefineRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinerConfig:
    """One training run: `steps` batches of `batch` patches, cut out of proposals over and over.

    Proposals are what the detector finds in `crops` crops, made with `proposals_seed`.

    `jitter` is how far edges are moved at random, in parts of a box's height and width, so that no
    two patches of a proposal are alike. The learning rate rises for `warmup_steps`, then falls
    along a cosine.
    """

    crops: int = 30_000
    proposals_seed: int = 21
    batch: int = 128
    steps: int = 20_000
    warmup_steps: int = 300
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    ema_momentum: float = 0.999
    box_weight: float = 5.0
    jitter: tuple[float, float] = (0.05, 0.03)
    checkpoint_steps: int = 1000
    seed: int = 1


def write_network(network: RefinerNetwork, folder: Path) -> None:
    """Write `refiner.json` into `folder`."""
    text = json.dumps(asdict(network), indent=2)
    (folder / NETWORK).write_text(text + "\n", encoding="utf-8")


def read_network(folder: Path) -> RefinerNetwork:
    """Return the network whose weights lie in `folder`; raises FileNotFoundError."""
    known: dict[str, Any] = json.loads((folder / NETWORK).read_text(encoding="utf-8"))
    known["labels"] = {int(number): label for number, label in known["labels"].items()}
    known["filters"] = tuple(known["filters"])
    known["rule"] = RefineRule(**known["rule"])
    return RefinerNetwork(**known)


def write_config(config: RefinerConfig, folder: Path) -> None:
    """Write `config.json` into a run's folder."""
    (folder / CONFIG).write_text(json.dumps(asdict(config), indent=2) + "\n", encoding="utf-8")


def read_config(folder: Path) -> RefinerConfig:
    """Return how the run in `folder` is trained; raises FileNotFoundError."""
    known: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    known["jitter"] = tuple(known["jitter"])
    return RefinerConfig(**known)
