"""One training example and the protocol of everything that can make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A picture and the prefixes in it.

    `image` is uint8 [H, W, 1] (grey) or [H, W, 3] (RGB). `boxes` is float32 [n, 4], ymin xmin ymax
    xmax, 0..1 of the picture. `classes` is int32 [n], 1-based as in the label map. `ignored` is
    bool [n]: a box that is cut or illegible, where the detector is neither rewarded nor punished.
    """

    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int32]
    ignored: NDArray[np.bool_]


class ExampleSource(Protocol):
    """Makes examples without end; it can be pickled, for each worker process gets a copy."""

    def sample(self, rng: np.random.Generator) -> Example:
        """Return one example that depends on nothing but the source and `rng`."""
        ...


def to_grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 [H, W, 1] by the luma weights of ITU-R BT.601; grey pictures come back as is."""
    if image.shape[-1] == 1:
        return image
    luma = image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.rint(luma)[..., None].astype(np.uint8)


def to_channels(image: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Return uint8 [H, W, channels], 1 (grey) or 3 (RGB), of a picture with either."""
    if channels == 1:
        return to_grey(image)
    return image if image.shape[-1] == 3 else np.repeat(image, 3, axis=-1)
