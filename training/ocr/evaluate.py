"""The measurement of Tesseract's models: generated strips in typefaces none was trained on."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import tesserocr

from training.ocr.data import pad, soften
from training.ocr.language import LANGUAGE
from training.reader.evaluate import ReaderScores, evaluate_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from training.reader.strips import Strip


class TesseractModel:
    """A `.traineddata` file that reads as it does in the service; spaces are left out.

    A model of ours takes the strip as it is, any other looks for the line in it.
    """

    def __init__(self, engine: tesserocr.PyTessBaseAPI) -> None:
        """Take an engine that has loaded the file."""
        self._engine = engine

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[TesseractModel]:
        """Load the file at `path`; raises FileNotFoundError if there is none."""
        if not path.is_file():
            raise FileNotFoundError(f"expected a model of Tesseract's at {path}")
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        mode = tesserocr.PSM.RAW_LINE if path.stem == LANGUAGE else tesserocr.PSM.SINGLE_LINE
        folder = f"{path.parent.resolve()}/"
        with tesserocr.PyTessBaseAPI(path=folder, lang=path.stem, psm=mode) as engine:
            yield cls(engine)

    def read_strip(self, pixels: NDArray[np.uint8]) -> str:
        """Return what stands in one strip, uint8 [H, W]."""
        padded = pad(soften(pixels))
        height, width = padded.shape
        self._engine.SetImageBytes(padded.tobytes(), width, height, 1, width)
        return drop_spaces(self._engine.GetUTF8Text())


def evaluate_ocr(path: Path, strips: Sequence[Strip]) -> list[ReaderScores]:
    """Let a model read the strips one by one; spaces, which the ink's gaps tell, do not count."""
    bare = [replace(strip, text=drop_spaces(strip.text)) for strip in strips]
    with TesseractModel.open(path) as model:
        return evaluate_reader(model, bare)


def drop_spaces(text: str) -> str:
    """Return the text without any kind of space."""
    return "".join(text.split())


def to_metrics(name: str, table: Sequence[ReaderScores]) -> dict[str, Any]:
    """Return a slice of metrics for each row of a model's table, the whole first."""
    whole, *by_height = table
    slices = {f"{name}, all": whole}
    slices |= {f"{name}, x-height {row.low:.0f}-{row.high:.0f} px": row for row in by_height}
    return {
        title: {
            "strips": row.count,
            "exact": round(row.exact, 4),
            "cer": round(row.cer, 4),
            "ms": row.ms,
        }
        for title, row in slices.items()
    }
