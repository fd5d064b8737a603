"""The commit of the working tree that a model was trained from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

UNKNOWN = "unknown"


def read_commit() -> str:
    """Return the commit of this package's checkout, `-dirty` if files differ, else "unknown"."""
    git = shutil.which("git")
    if git is None:
        return UNKNOWN
    described = subprocess.run(  # noqa: S603 - fixed arguments
        [git, "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return described.stdout.strip() or UNKNOWN
