"""The reader's copy for LiteRT: its network, and round it what a SavedModel has in its graph."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.ctc import PAPER, Steps, choose_width
from service.errors import ModelLoadError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from service.records import Pixels

    Floats = NDArray[np.float32]

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


class Network(Protocol):
    """The bare network."""

    def run(self, picture: Floats) -> Floats:
        """Return what the network answers [1, ...]; raises `ModelRunError`."""
        ...


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
    try:
        with zipfile.ZipFile(path) as archive:
            return ReaderContract.model_validate_json(archive.read(CONTRACT))
    except (OSError, KeyError, zipfile.BadZipFile, ValidationError) as error:
        raise ModelLoadError(
            f"{path} has no {CONTRACT}; make it with `printlink-train reader export`"
        ) from error
