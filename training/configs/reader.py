"""The reader that ships: a CTC network, trained on strips that are made on the fly.

    printlink-train reader train training/configs/reader.py runs/reader --max-minutes 75

A core of a server CPU without bfloat16 takes 45 strips a second and makes 100; `--max-minutes`
ends the schedule in time. Version 1 saw some 115,000 strips in 83 minutes on two cores that others
used too. Its two last blocks were put in after 48,000 strips, and a second, short descent of the
learning rate from 5e-4 ended it. Expect a `ctc_loss` (per character) of .3 after 15,000 strips, .14
after 60,000 and .09 at the end. Of the strips in unseen typefaces .64 are then read without any
error after 58,000 and .72 after 86,000: most of them are small, and many blurred.
"""

from __future__ import annotations

from training.reader.config import ReaderConfig

CONFIG = ReaderConfig(name="reader", learning_rate=2e-3)
