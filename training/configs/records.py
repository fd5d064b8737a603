"""A detector for pictures of your own, as `printlink-train records` packs them.

    printlink-train train training/configs/records.py records/ runs/mine

The classes come from the label map beside the records, the anchors from the boxes. Half an hour of
one core takes it through some 30,000 examples, which is enough for a few classes that look the same
wherever they stand; `--start-model links` begins with a network that knows print.
"""

from __future__ import annotations

from training.config import ModelConfig, TrainConfig
from training.data.source import RecordSource

CONFIG = TrainConfig(
    name="records",
    make_source=RecordSource,
    model=ModelConfig(labels=None, levels=None),
    size=256,
    batch=16,
    crops=100_000,
    warmup_crops=3_000,
    learning_rate=1.2e-3,
    ema_momentum=0.998,
    augment={
        "random_adjust_brightness": {"max_delta": 0.15},
        "random_adjust_contrast": {},
        "random_jpeg_quality": {"random_coef": 0.5, "min_jpeg_quality": 40},
    },
)
