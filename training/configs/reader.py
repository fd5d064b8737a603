"""The reader that ships: a CTC network, trained on strips that are made on the fly.

    printlink-train reader train training/configs/reader.py runs/reader --max-minutes 75

with `--fonts` and `--threads 2`. A core of a server CPU takes 45 strips a second, 60 where it has
bfloat16, and makes 200; `--max-minutes` ends the schedule in time. Expect a `ctc_loss` (per
character) of .3 after 15,000 strips, .14 after 60,000 and .07 after 300,000; typefaces of npm are
harder, and end at .1.

Version 2 knew Debian's typefaces alone and had seen 309,000 strips. Version 3 began with its
weights, three blocks more in the sequence, which at first changed nothing, and saw 295,000 more in
80 minutes on two cores. Of 600 strips in unseen typefaces, most of them small and many blurred, it
reads .80 without any error, spaces included, where version 2 reads .74. Without a share of the
start it would be .81, but on photographs of other people's documents, which are mostly set in
typefaces that everyone knows, it lost links that version 2 could read.
"""

from __future__ import annotations

from training.reader.config import ReaderConfig
from training.reader.net import ReaderModelConfig

CONFIG = ReaderConfig(
    name="reader",
    model=ReaderModelConfig(dilations=(4, 8, 1, 2, 4)),
    strips=2_000_000,
    learning_rate=1.5e-3,
    start_share=0.35,
    precision="mixed_bfloat16",
)
