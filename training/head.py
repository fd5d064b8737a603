"""The head: the same convolutions at every level turn features into scores and offsets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
from keras import layers

from training.normalization import BatchNormalization

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.anchors import AnchorLevel
    from training.blocks import Tensor

# Almost all anchors are background; starting there keeps the first steps calm (Lin et al. 2017).
PRIOR_SCORE = 0.01
PREDICTIONS = "predictions"


def build_head(
    pyramid: tuple[Tensor, ...],
    *,
    levels: tuple[AnchorLevel, ...],
    classes: int,
    depth: int = 2,
    separable: bool = False,
) -> Tensor:
    """Return float32 [N, A, classes + 4]: logits, then offsets, in the order of the anchors.

    The tower's `depth` convolutions are shared by the levels, their batch normalisation is not: the
    statistics of the levels differ. Raises ValueError where levels differ in their number of
    anchors at a cell.
    """
    if len({level.per_cell for level in levels}) > 1:
        found = [level.per_cell for level in levels]
        raise ValueError(f"expected as many anchors at a cell of every level, received {found}")
    tower = [_tower_conv(pyramid[0].shape[-1], separable=separable) for _ in range(depth)]
    width = classes + 4
    output = layers.Conv2D(
        levels[0].per_cell * width,
        1,
        bias_initializer=_prior_bias(levels[0].per_cell, classes),
        dtype="float32",
        name=PREDICTIONS,
    )
    rows = []
    for level_map in pyramid:
        features = level_map
        for conv in tower:
            features = layers.ReLU()(BatchNormalization(momentum=0.98)(conv(features)))
        rows.append(layers.Reshape((-1, width), dtype="float32")(output(features)))
    return layers.Concatenate(axis=1, dtype="float32")(rows)


def _tower_conv(filters: int, *, separable: bool) -> keras.layers.Layer:
    conv = layers.SeparableConv2D if separable else layers.Conv2D
    return conv(filters, 3, padding="same", use_bias=False)


def _prior_bias(anchors: int, classes: int) -> Callable[..., Tensor]:
    prior = -math.log((1 - PRIOR_SCORE) / PRIOR_SCORE)

    def fill(shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
        del shape
        return keras.ops.convert_to_tensor(([prior] * classes + [0.0] * 4) * anchors, dtype=dtype)

    return fill
