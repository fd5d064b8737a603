"""The reader that ships: a CTC network, trained on strips that are made on the fly.

    printlink-train reader train training/configs/reader.py runs/reader --max-minutes 75

with `--fonts` and `--threads 2`. A core of a server CPU takes 45 strips a second, 60 where it has
bfloat16, and makes 200; `--max-minutes` ends the schedule in time. Expect a `ctc_loss` (per
character) of .3 after 15,000 strips, .14 after 60,000 and .07 after 300,000; typefaces of npm are
harder, and end at .1.

Version 2 knew Debian's typefaces alone and had seen 309,000 strips. Version 3 began with its
weights, three blocks more in the sequence, which at first changed nothing, and saw 295,000 more in
80 minutes on two cores; .35 of version 2 stayed in it. Version 4 began with that (`--start-model
reader`) at half the rate and saw 202,000 strips in an hour, for the first time slanted, stretched
and swollen ones and many identifiers with noughts; on `unseen typefaces` the run before had got no
better in its second half. A fifth of version 3 stayed in it: it reads none the worse for that, and
nearer to what it read before. Of 2,000 strips as version 3 was trained on, in typefaces unseen by
both, it reads .794 without any error, spaces included, where version 3 reads .770, and .69 instead
of .66 of 1,600 identifiers full of look-alikes. Version 5 went on from there at a rate of 6e-4 for
182,000 strips in 75 minutes; a fifth of version 4 stayed in it. Of the same strips it reads .802
and .696 without any error (version 4: .794 and .686).
Version 6 once more, at 5e-4 for 194,000 strips in 85 minutes beside other work: of 1,500 strips
(`reader evaluate --count 1500 --seed 3`) it reads .790 without any error, version 5 .779.
Version 7 at 4e-4 for 274,000 strips in 66 minutes; of the same strips it reads .805.
"""

from __future__ import annotations

from training.reader.config import ReaderConfig
from training.reader.net import ReaderModelConfig

CONFIG = ReaderConfig(
    name="reader",
    model=ReaderModelConfig(dilations=(4, 8, 1, 2, 4)),
    strips=300_000,
    warmup_strips=9_000,
    learning_rate=4e-4,
    start_share=0.2,
    precision="mixed_bfloat16",
)
