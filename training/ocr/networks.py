"""The networks that Tesseract can be trained with, in its own notation (VGSL).

`1,36,0,1` is a picture 36 pixels high and of any width; `Ct3,3,16` a convolution, `Mp3,3` a maximum
over 3 x 3, `Lfys48` a recurrent layer up the columns that leaves one row, `Lfx96` one along the
line, `Lrx96` one back, and `O1c1` the characters, read by CTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OcrNetwork:
    """`layers` in Tesseract's notation, and the first step of the learning rate."""

    layers: str
    learning_rate: float = 2e-3


NETWORKS = {
    # The layers of the stock `eng`.
    "full": OcrNetwork("[1,36,0,1 Ct3,3,16 Mp3,3 Lfys48 Lfx96 Lrx96 Lfx192 O1c1]"),
    "small": OcrNetwork("[1,30,0,1 Ct3,3,16 Mp3,3 Lfys32 Lfx64 Lrx64 Lfx96 O1c1]"),
    "tiny": OcrNetwork("[1,30,0,1 Ct3,3,12 Mp3,3 Lfys24 Lfx48 Lrx48 Lfx64 O1c1]"),
}
