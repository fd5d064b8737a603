"""The reader's copy for LiteRT: its network, and round it what a SavedModel has in its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from service.contract import read_part
from service.ctc import PAPER, Steps, choose_width

if TYPE_CHECKING:
    from pathlib import Path

    from service.contract import Network
    from service.records import Pixels

CONTRACT: Final = "reader.json"


class ReaderContract(BaseModel):
    """How a strip is brought to the network's size.

    It takes strips float32 [1, `height`, steps * `columns_per_step`, 1] in 0..255, and gives
    log-probabilities float32 [1, steps, classes]. A strip as wide as high has `steps_per_height`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    height: int = Field(ge=1)
    columns_per_step: int = Field(ge=1)
    steps_per_height: int = Field(ge=1)

    def count_steps(self, height: int, width: int) -> int:
        """Return how many steps a strip of this size has."""
        return max(1, -(-self.steps_per_height * width // height))


class LiteRtStripNetwork:
    """Spells strips with a bare network; may be called from several threads at once."""

    def __init__(self, network: Network, contract: ReaderContract) -> None:
        """Take the network and what it expects of a strip."""
        self._network = network
        self._contract = contract

    def spell(self, pixels: Pixels) -> Steps:
        """Return the steps of a strip; raises `ModelRunError`."""
        contract, (height, width) = self._contract, pixels.shape
        steps = contract.count_steps(height, width)
        room = contract.count_steps(height, choose_width(width))
        size = steps * contract.columns_per_step, contract.height
        picture = np.full((size[1], room * contract.columns_per_step), PAPER, np.float32)
        picture[:, : size[0]] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        log_probs = self._network.run(picture[np.newaxis, ..., np.newaxis])[0, :steps]
        return Steps(log_probs, width / steps)


def read_reader_contract(path: Path) -> ReaderContract:
    """Return the contract in a `.tflite` file; raises `ModelLoadError`."""
    return read_part(path, CONTRACT, ReaderContract, made_by="printlink-train reader export")
