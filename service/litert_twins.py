"""The copy of the judge of twins for LiteRT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from service.contract import read_part
from service.twins import GlyphSize

if TYPE_CHECKING:
    from pathlib import Path

    from service.contract import Floats, Network
    from service.records import Pixels

CONTRACT: Final = "twins.json"


class GlyphContract(BaseModel):
    """What the network takes: float32 [1, `glyphs`, `height`, `width`] in 0..255.

    It gives log-probabilities float32 [1, `glyphs`, twins].
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    glyphs: int = Field(ge=1)
    height: int = Field(ge=1)
    width: int = Field(ge=1)


class LiteRtGlyphNetwork:
    """Judges glyphs with a bare network; may be called from several threads at once."""

    def __init__(self, network: Network, contract: GlyphContract) -> None:
        """Take the network and what it expects of the glyphs."""
        self._network = network
        self.size = GlyphSize(contract.glyphs, contract.height, contract.width)

    def judge(self, glyphs: Pixels) -> Floats:
        """Return log-probabilities; raises `ModelRunError`."""
        answer: Floats = self._network.run(glyphs[np.newaxis].astype(np.float32))[0]
        return answer


def read_glyph_contract(path: Path) -> GlyphContract:
    """Return the contract in a `.tflite` file; raises `ModelLoadError`."""
    return read_part(path, CONTRACT, GlyphContract, made_by="printlink-train twins export")
