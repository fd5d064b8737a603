"""MobileNetV2 at alpha .35 with separable convolutions in pyramid and head: 0.5 million parameters.

    printlink-train train training/configs/mobilenet.py pages/ runs/mobilenet

For telephones and other devices that like depthwise convolutions. On a server's CPU the dense
network of `links.py` is both faster and better, above all to train.
"""

from __future__ import annotations

from training.config import ModelConfig, TrainConfig
from training.synth.source import CropSource

CONFIG = TrainConfig(
    name="links-mobilenet",
    make_source=CropSource,
    model=ModelConfig(backbone="mobilenet", alpha=0.35),
)
