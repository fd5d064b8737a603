"""The model that ships: the dense network on crops of generated pages.

    printlink-train train training/configs/links.py pages/ runs/links --max-minutes 180

`pages/` is what `printlink-train synth` makes. One core of a server CPU without bfloat16 takes 15
to 20 crops a second, hence half a day for all of them; with `--max-minutes` the schedule ends in
time. Version 2 was made with `synth --pages 2400 --seed 12` and `--max-minutes 122`, from the
weights of version 1 (89,000 crops): 142,000 crops. Expect a `class_loss` that falls from .15 to
.045. Version 3 has the same weights, exported at another `long_side`; version 4 has them, too, and
a second stage. Version 5 goes without the residual block at stride 4 and the second convolution of
the head's tower; it was made with `synth --pages 2400 --seed 12` and `--max-minutes 62` from what
version 4 has of the other layers: 91,000 crops.
"""

from __future__ import annotations

from training.config import ModelConfig, TrainConfig
from training.synth.source import CropSource

CONFIG = TrainConfig(
    name="links",
    make_source=CropSource,
    size=256,
    model=ModelConfig(stem_blocks=0, tower_depth=1),
    # The knee of the curve that `printlink-train sweep` draws (docs/training.md).
    long_side=1152,
    batch=16,
    crops=1_000_000,
    warmup_crops=8_000,
    learning_rate=1.2e-3,
    ema_momentum=0.9985,
    summary=(
        "Finds the first characters of printed links (https://, http://, ftp://, tcp://, www.) in"
        " photographs of pages, so that only those lines are read. Trained from scratch on"
        " pages composed and photographed in software; no photograph and no person's data is in it."
    ),
    limits=(
        "Print with an x-height under 7 pixels, once the longer side of the frame has come down to"
        " `long_side`, is found at times; nobody should count on it.",
        "Lines turned by more than some 25 degrees are not found; nor is text turned by 90 or 180.",
        "Latin type only. Handwriting was not trained on.",
        "The scores rank; they are no probabilities. Look-alikes (`hops:/`, `ww.`) get middling"
        " ones.",
        "The figures above are of pages from the same generator in unseen typefaces, which flatter:"
        " expect less of real photographs.",
    ),
)
