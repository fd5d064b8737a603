"""The small twin of `links.py`: the same network, trained for a minute or two.

    printlink-train train training/configs/links_smoke.py pages/ runs/smoke

It shows that the chain holds, not that the model is good: the loss falls from about 4 to 3.
"""

from __future__ import annotations

from training.config import TrainConfig
from training.synth.source import CropSource

CONFIG = TrainConfig(
    name="smoke",
    make_source=CropSource,
    size=160,
    batch=8,
    crops=160,
    warmup_crops=40,
    log_steps=5,
    checkpoint_steps=10,
)
