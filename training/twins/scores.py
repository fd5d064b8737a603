"""How often twins are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from training.twins.glyphs import TWINS, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras
    from numpy.typing import NDArray

    from training.twins.batches import GlyphBatch


def score_judge(model: keras.Model, batches: Sequence[GlyphBatch]) -> dict[str, float]:
    """Return the share of each group's characters, `0O` and `1lI`, that a Keras judge names."""
    classes = np.concatenate([batch.classes for batch in batches])
    logits = [ops.convert_to_numpy(model(batch.glyphs, training=False)) for batch in batches]
    return {group: _score_group(np.concatenate(logits), classes, group) for group in TWINS}


def _score_group(logits: NDArray[np.float32], classes: NDArray[np.int32], group: str) -> float:
    numbers = np.array([number_of(character) for character in group])
    is_in = np.isin(classes, numbers)
    said = numbers[logits[is_in][:, numbers].argmax(axis=-1)]
    return float((said == classes[is_in]).mean()) if is_in.any() else 0.0
