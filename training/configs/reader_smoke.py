"""The small twin of `reader.py`: a smaller network, trained for a minute or two.

    printlink-train reader train training/configs/reader_smoke.py runs/reader-smoke

It shows that the chain holds, not that the model is good: `ctc_loss` falls from about 10 to 3.
"""

from __future__ import annotations

from training.reader.config import ReaderConfig
from training.reader.net import ReaderModelConfig

CONFIG = ReaderConfig(
    name="reader-smoke",
    model=ReaderModelConfig(
        stages=(8, 16, 32), sequence=64, inner=32, kernels=(3, 5), dilations=(4,)
    ),
    batch=8,
    strips=320,
    warmup_strips=40,
    easy_strips=320,
    log_steps=5,
    checkpoint_steps=10,
    evaluate_steps=20,
    evaluate_strips=16,
)
