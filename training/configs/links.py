"""The model that ships: the dense network on crops of generated pages.

    printlink-train train training/configs/links.py pages/ runs/links --max-minutes 180

`pages/` is what `printlink-train synth` makes. One core of a server CPU without bfloat16 takes 15
to 20 crops a second, hence half a day for all of them; with `--max-minutes` the schedule ends in
time. Version 1 was made with `synth --pages 1800 --seed 11` and `--max-minutes 93`, which came to
89,000 crops. Expect a `class_loss` of .45 after 10,000 crops, .21 after 30,000, .085 at the end.
"""

from __future__ import annotations

from training.config import TrainConfig
from training.synth.source import CropSource

CONFIG = TrainConfig(
    name="links",
    make_source=CropSource,
    size=256,
    batch=16,
    crops=1_000_000,
    warmup_crops=8_000,
    learning_rate=1.2e-3,
    ema_momentum=0.9985,
)
