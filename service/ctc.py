"""The second reader: a network of our own that spells a strip step by step (CTC)."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from service.ctc_decode import spell_steps
from service.errors import ModelRunError, RecognizeError
from service.records import Strip, TextLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from service.records import Pixels, Symbol
    from service.saved_model import SavedModel
    from service.twins import TwinJudge

    Floats = NDArray[np.float32]

INPUTS: Final = ("strips", "widths")
OUTPUTS: Final = ("log_probs", "lengths")
PAPER: Final = 255

# Runtimes plan their work anew for each size they see: strips are padded to one of a few widths.
_LEAST_WIDTH_PX = 256
_GROWTH = 1.25
_WIDTH_UNIT_PX = 64


class Steps(NamedTuple):
    """What a network says of a strip: log-probabilities [steps, classes], class 0 the blank.

    A step is `width_px` of the strip wide, the first one starts at its left edge.
    """

    log_probs: Floats
    width_px: float


class StripNetwork(Protocol):
    """A network that spells strips; may be called from several threads at once."""

    def spell(self, pixels: Pixels) -> Steps:
        """Return the steps of a strip, uint8 [height, width]; raises `ModelRunError`."""
        ...


class GraphStripNetwork:
    """A network in a SavedModel, which brings strips of any size to its own.

    `serving_default` takes `strips` uint8 [n, height, width], dark on light and padded with white
    on the right, and `widths` int32 [n]; it returns `log_probs` float32 [n, steps, classes] and
    `lengths` int32 [n], how many of the steps lie on the strip. The steps share the padded width
    out evenly.
    """

    def __init__(self, model: SavedModel) -> None:
        """Take the model of `INPUTS` and `OUTPUTS`."""
        self._model = model

    def spell(self, pixels: Pixels) -> Steps:
        """Return the steps of a strip; raises `ModelRunError`."""
        width = pixels.shape[1]
        padded = pad_right(pixels, choose_width(width))
        found = self._model.run(
            {"strips": padded[np.newaxis], "widths": np.array([width], dtype=np.int32)}
        )
        steps = found["log_probs"][0]
        return Steps(steps[: int(found["lengths"][0])], padded.shape[1] / len(steps))


class CtcRecognizer:
    """Reads strips with a network; may be called from several threads at once.

    Its spaces are word spaces, where its alphabet has one.
    """

    def __init__(
        self,
        network: StripNetwork,
        *,
        alphabet: Mapping[int, str],
        name: str,
        version: int,
        judge: TwinJudge | None = None,
    ) -> None:
        """Take the network, the character of each of its classes, and who judges twins."""
        self.model_name = name
        self.model_version = version
        self._network = network
        self._judge = judge
        self._alphabet = dict(alphabet)
        self._parts_words = " " in self._alphabet.values()

    def read(self, strip: Strip) -> TextLine:
        """Read one strip; raises `RecognizeError`."""
        try:
            symbols = self._spell(strip.pixels)
        except ModelRunError as error:
            width = strip.pixels.shape[1]
            raise RecognizeError(f"the reader failed on {width} pixels") from error
        return TextLine(
            text="".join(symbol.text for symbol in symbols),
            confidence=fmean(symbol.confidence for symbol in symbols) if symbols else 0.0,
            symbols=symbols,
            parts_words=self._parts_words,
        )

    def _spell(self, pixels: Pixels) -> tuple[Symbol, ...]:
        steps = self._network.spell(pixels)
        symbols = spell_steps(steps.log_probs, self._alphabet, step_px=steps.width_px)
        return self._judge.settle(pixels, symbols) if self._judge else symbols

    def warm_up(self, *, height_px: int, longest_px: int) -> None:
        """Read a blank strip of every padded width up to `longest_px`."""
        for width in list_widths(longest_px):
            self.read(Strip(np.full((height_px, width), PAPER, dtype=np.uint8), ()))


def choose_width(width: int) -> int:
    """Return the padded width for a strip `width` pixels wide."""
    return list_widths(width)[-1]


def list_widths(longest_px: int) -> Sequence[int]:
    """Return the padded widths, the last of which is the first to hold `longest_px`."""
    widths = [_LEAST_WIDTH_PX]
    while widths[-1] < longest_px:
        units = -(-widths[-1] * _GROWTH // _WIDTH_UNIT_PX)
        widths.append(int(units) * _WIDTH_UNIT_PX)
    return widths


def pad_right(pixels: Pixels, width: int) -> Pixels:
    """Return the strip with white paper to its right, `width` pixels wide."""
    spare = width - pixels.shape[1]
    return np.pad(pixels, ((0, 0), (0, spare)), constant_values=PAPER)
