"""The detector: normalisation, backbone, feature pyramid and head as one Keras model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import layers

from training.anchors import BACKBONE_STRIDE
from training.dense import dense_features
from training.fpn import build_pyramid
from training.head import build_head
from training.mobilenet import mobilenet_features

if TYPE_CHECKING:
    from training.anchors import AnchorLevel
    from training.blocks import Tensor
    from training.config import ModelConfig


def build_detector(config: ModelConfig) -> keras.Model:
    """Return an untrained detector: [N, H, W, C] in 0..255 -> [N, A, classes + 4].

    H and W are any multiples of 32. The answer's rows are logits, then box offsets, in the order of
    `training.anchors.image_anchors`. Raises ValueError where labels or levels are still to be
    chosen.
    """
    if config.labels is None or config.levels is None:
        raise ValueError("expected a network whose labels and levels are known, received None")
    image = keras.Input((None, None, config.channels), name="image")
    normal = layers.Rescaling(1 / 64, offset=-2.0)(image)
    if config.backbone == "dense":
        maps = dense_features(normal, stem_blocks=config.stem_blocks)
    else:
        maps = mobilenet_features(normal, alpha=config.alpha)
    pyramid = build_pyramid(maps, filters=config.pyramid_filters)
    rows = build_head(
        pick_maps(pyramid, config.levels),
        levels=config.levels,
        # A label map may leave out numbers; their classes are never seen.
        classes=max(config.labels),
        depth=config.tower_depth,
        separable=config.backbone == "mobilenet",
    )
    return keras.Model(image, rows, name=f"{config.backbone}_detector")


def pick_maps(pyramid: tuple[Tensor, ...], levels: tuple[AnchorLevel, ...]) -> tuple[Tensor, ...]:
    """Return the map of each level; those coarser than the pyramid are pooled from its coarsest.

    Pooling has no weights (Lin et al. 2017 do it too), so that networks with more and with fewer
    levels can start from each other's.
    """
    finest = BACKBONE_STRIDE >> (len(pyramid) - 1)
    maps = {finest << place: features for place, features in enumerate(pyramid)}
    stride, coarsest = BACKBONE_STRIDE, max(level.stride for level in levels)
    while stride < coarsest:
        maps[2 * stride] = layers.MaxPooling2D(2, padding="same")(maps[stride])
        stride *= 2
    if unknown := [level.stride for level in levels if level.stride not in maps]:
        raise ValueError(f"expected strides among {sorted(maps)}, received {unknown}")
    return tuple(maps[level.stride] for level in levels)
