"""The reader that ships: a CTC network, trained on strips that are made on the fly.

    printlink-train reader train training/configs/reader.py runs/reader --max-minutes 75

A core of a server CPU without bfloat16 takes 45 strips a second and makes 100; `--max-minutes`
ends the schedule in time. Expect a `ctc_loss` (per character) of .3 after 15,000 strips, .14 after
60,000 and .07 after 300,000.

Version 2 began with the weights of a first reader that knew no spaces and had seen 117,000 strips
(`--start-weights`), and saw 192,000 more in 98 minutes on two cores that others used too. Of the
strips in unseen typefaces it reads .76 without any error, spaces included: most of them are small,
and many blurred.
"""

from __future__ import annotations

from training.reader.config import ReaderConfig
from training.reader.net import ReaderModelConfig

CONFIG = ReaderConfig(
    name="reader",
    model=ReaderModelConfig(dilations=(4, 8, 1, 2, 4)),
    strips=2_000_000,
    learning_rate=1.5e-3,
    precision="mixed_bfloat16",
)
