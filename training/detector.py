"""The detector: normalisation, backbone, feature pyramid and head as one Keras model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from training.anchors import LEVELS
from training.dense import dense_features
from training.fpn import build_pyramid
from training.head import build_head
from training.label_map import LABELS
from training.mobilenet import mobilenet_features

if TYPE_CHECKING:
    from training.config import ModelConfig


def build_detector(config: ModelConfig) -> keras.Model:
    """Return an untrained detector: [N, H, W, 1] in 0..255 -> [N, A, classes + 4].

    H and W are any multiples of 32. The answer's rows are logits, then box offsets, in the order of
    `training.anchors.image_anchors`.
    """
    image = keras.Input((None, None, 1), name="image")
    normal = keras.layers.Rescaling(1 / 64, offset=-2.0)(image)
    if config.backbone == "dense":
        maps = dense_features(normal)
    else:
        maps = mobilenet_features(normal, alpha=config.alpha)
    pyramid = build_pyramid(maps, filters=config.pyramid_filters)
    separable = config.backbone == "mobilenet"
    rows = build_head(pyramid, levels=LEVELS, classes=len(LABELS), separable=separable)
    return keras.Model(image, rows, name=f"{config.backbone}_detector")
