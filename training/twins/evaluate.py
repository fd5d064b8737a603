"""The measurement of an exported judge: generated strips in typefaces it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from training.contract import INPUT_NAME, OUTPUT_NAME
from training.export import SIGNATURE
from training.twins.glyphs import TWINS, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.twins.batches import GlyphBatch


class Judge(Protocol):
    """Whatever judges glyphs, to be measured."""

    def judge(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return log-probabilities [40, 5] of one line's glyphs [40, 44, 36]."""
        ...


class SavedJudge:
    """A SavedModel with the signature of `training.twins.export`."""

    def __init__(self, path: Path) -> None:
        """Load the export in `path`."""
        # The signature lives no longer than the object that was loaded.
        self._loaded = tf.saved_model.load(str(path))
        self._call = self._loaded.signatures[SIGNATURE]

    def judge(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return log-probabilities."""
        answer: NDArray[np.float32] = self._call(glyphs=tf.constant(glyphs[None]))["log_probs"]
        return np.asarray(answer[0])


class LiteRtJudge:
    """A judge's `.tflite` file."""

    def __init__(self, path: Path) -> None:
        """Load the file `path`."""
        self._interpreter = Interpreter(model_path=str(path), num_threads=1)
        self._runner: Any = self._interpreter.get_signature_runner()

    def judge(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return log-probabilities."""
        answer = self._runner(**{INPUT_NAME: glyphs[None].astype(np.float32)})
        return np.asarray(answer[OUTPUT_NAME][0])


@dataclass(frozen=True, slots=True)
class TwinScores:
    """How many characters of a group were judged, the share that was right, and the mean surprise.

    The surprise is the negative logarithm of the chance that the judge gave to the truth.
    """

    group: str
    count: int
    right: float
    surprise: float


def evaluate_judge(judge: Judge, batches: Sequence[GlyphBatch]) -> list[TwinScores]:
    """Judge the lines of `batches` one by one; return a row for each group of twins."""
    classes = np.concatenate([batch.classes for batch in batches])
    answers = np.stack([judge.judge(line) for batch in batches for line in batch.glyphs])
    ends = np.cumsum([len(group) for group in TWINS])
    parts = np.split(answers, ends[:-1], axis=-1)
    return [_score(group, part, classes) for group, part in zip(TWINS, parts, strict=True)]


def format_table(table: Sequence[TwinScores]) -> str:
    """Return the scores as text, one row a line."""
    lines = [f"{'twins':>6} {'count':>6} {'right':>7} {'surprise':>9}"]
    lines += [
        f"{row.group:>6} {row.count:6d} {row.right:7.4f} {row.surprise:9.4f}" for row in table
    ]
    return "\n".join(lines)


def _score(group: str, log_probs: NDArray[np.float32], classes: NDArray[np.int32]) -> TwinScores:
    numbers = np.array([number_of(character) for character in group])
    is_in = np.isin(classes, numbers)
    truth = (classes[is_in][:, np.newaxis] == numbers).argmax(axis=1)
    said = log_probs[is_in]
    right = float((said.argmax(axis=1) == truth).mean()) if len(truth) else 0.0
    surprise = float(-said[np.arange(len(truth)), truth].mean()) if len(truth) else 0.0
    return TwinScores(group, len(truth), round(right, 4), round(surprise, 4))
