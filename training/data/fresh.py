"""A folder that is there whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from training.data.dataset import DataSetError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def fill_folder(out: Path, *, source: Path) -> Iterator[Path]:
    """Yield a hidden folder beside `out` that becomes `out` at the end; on an error it is removed.

    Raises DataSetError where `out` holds something, or is in `source`, which is never touched.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataSetError(f"expected a new or empty folder, {out} holds something")
    if out.resolve().is_relative_to(source.resolve()):
        raise DataSetError(f"expected a folder outside {source}, received {out}")
    out.parent.mkdir(parents=True, exist_ok=True)
    filling = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield filling
        filling.chmod(0o755)
        if out.exists():
            out.rmdir()
        filling.rename(out)
    except BaseException:
        shutil.rmtree(filling)
        raise
