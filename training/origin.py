"""The file that says what a run was made of: its data, and the weights that it started from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "origin.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`data_sha256` is as `training.data_digest` makes it; None where it was not written down."""

    data_sha256: str | None = None
    started_from: str | None = None


def write_origin(origin: Origin, run_dir: Path) -> None:
    """Write `origin.json` into `run_dir`."""
    text = json.dumps(asdict(origin), indent=2)
    (run_dir / ORIGIN).write_text(text + "\n", encoding="utf-8")


def read_origin(run_dir: Path) -> Origin:
    """Return the origin of a run; runs that are older than the file say nothing."""
    path = run_dir / ORIGIN
    if not path.exists():
        return Origin()
    return Origin(**json.loads(path.read_text(encoding="utf-8")))
