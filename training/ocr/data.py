"""The data that Tesseract is trained on: generated strips with their texts, in its own files."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.ocr.language import make_language
from training.ocr.lstmf import save_lstmf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from training.reader.strips import Strip, StripSource

FACTS = "data.json"
EASY_FILES, ALL_FILES = "easy-*.lstmf", "*.lstmf"
PADDING_PX = 4
# The trainer finds no way into whole links at once, but reads a dozen large characters soon.
_EASY_SHARE, _EASY = 0.1, 0.15
_HARDNESSES = (0.6, 1.0)
_SOFTENED_SHARE = 0.5
_FILE_STRIPS = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrData:
    """How the data was made."""

    strips: int
    easy_strips: int
    seed: int
    split: str


def make_ocr_data(source: StripSource, out: Path, *, strips: int, seed: int) -> OcrData:
    """Fill `out` with the language, with easy strips and with others; returns how many of which.

    Raises `OcrProgramError` if Tesseract's programs are missing or fail.
    """
    facts = OcrData(
        strips=strips, easy_strips=round(strips * _EASY_SHARE), seed=seed, split=source.split
    )
    out.mkdir(parents=True, exist_ok=True)
    make_language(out)
    rng = np.random.default_rng(seed)
    for name, hardnesses, count in (
        ("easy", (_EASY,), facts.easy_strips),
        ("mixed", _HARDNESSES, strips - facts.easy_strips),
    ):
        for number, first in enumerate(range(0, count, _FILE_STRIPS)):
            path = out / f"{name}-{number:03d}.lstmf"
            some = _draw(source, rng, hardnesses=hardnesses, count=min(_FILE_STRIPS, count - first))
            save_lstmf(path, [(prepare_strip(one.pixels, rng), one.text) for one in some])
            _log.info("%s", path)
    (out / FACTS).write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")
    return facts


def read_facts(data_dir: Path) -> OcrData:
    """Return how the data in `data_dir` was made; raises FileNotFoundError if there is none."""
    return OcrData(**json.loads((data_dir / FACTS).read_text(encoding="utf-8")))


def prepare_strip(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put paper round a strip; half of them come softened, as the service treats them."""
    return pad(soften(pixels) if rng.random() < _SOFTENED_SHARE else pixels)


def soften(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Burn the paper's grain out to white and blur what is left of the noise."""
    bright = np.minimum(pixels.astype(np.float32) * 1.25, 255)
    return np.asarray(cv2.GaussianBlur(bright, (0, 0), 1.0), dtype=np.uint8)


def pad(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put white paper round a strip."""
    return np.pad(pixels, PADDING_PX, constant_values=255)


def _draw(
    source: StripSource, rng: np.random.Generator, *, hardnesses: tuple[float, ...], count: int
) -> list[Strip]:
    strips: list[Strip] = []
    for one in _sample(source, rng, hardnesses):
        strips.append(one)
        if len(strips) == count:
            break
    return strips


def _sample(
    source: StripSource, rng: np.random.Generator, hardnesses: tuple[float, ...]
) -> Iterator[Strip]:
    while True:
        yield from source.sample(rng, hardness=float(rng.choice(hardnesses)))
