"""The file that says which network a run's or a model's weights belong to."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from training.anchors import AnchorLevel
from training.config import ModelConfig

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = "network.json"


def write_network(network: ModelConfig, folder: Path) -> None:
    """Write `network.json` into `folder`."""
    text = json.dumps(asdict(network), indent=2)
    (folder / NETWORK).write_text(text + "\n", encoding="utf-8")


def read_network(folder: Path) -> ModelConfig | None:
    """Return the network that the weights in `folder` belong to, None where nobody wrote it down.

    Runs that are older than the file have none.
    """
    path = folder / NETWORK
    if not path.exists():
        return None
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    known["labels"] = {int(number): label for number, label in known["labels"].items()}
    known["levels"] = tuple(read_level(level) for level in known["levels"])
    return ModelConfig(**known)


def read_level(level: dict[str, Any]) -> AnchorLevel:
    """Return the level that `asdict` had made into JSON."""
    sides = {name: tuple(level[name]) for name in ("heights", "aspects")}
    return AnchorLevel(**{**level, **sides})


def find_network(network: ModelConfig, run_dir: Path) -> ModelConfig:
    """Return the network of a run: as the run chose it, else as its config has it."""
    return read_network(run_dir) or network
