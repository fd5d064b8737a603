"""The second stage round a bare network: each box is looked at again, larger, and its edges move.

The graph of a SavedModel that has a second stage does the same inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from service.contract import Floats, Network, Refining

# Samples along each side of a patch's pixel: print larger than the patch is not to alias.
_OVERSAMPLING: Final = 2


class Found(NamedTuple):
    """Boxes [n, 4] (ymin, xmin, ymax, xmax) in pixels of the input, logits [n] and classes [n]."""

    boxes: Floats
    logits: Floats
    classes: Floats


@dataclass(frozen=True, slots=True)
class Refiner:
    """A second stage: its network, and how boxes are cut out for it."""

    network: Network
    rule: Refining
    padding: float

    def refine(self, found: Found, picture: Floats) -> Found:
        """Return `found`, best first, as the second stage sees it in `picture` [H, W(, C)].

        Raises `ModelRunError`.
        """
        seen = Found(*(column[: self.rule.most] for column in found))
        if not len(seen.boxes):
            return found
        rows = np.concatenate([self.network.run(self._cut(picture, box)) for box in seen.boxes])
        sides = np.tile(seen.boxes[:, 2:] - seen.boxes[:, :2], 2)
        logits = rows[:, :-4]
        second = np.logaddexp.reduce(logits, axis=1)
        weight = self.rule.weight
        refined = Found(
            seen.boxes + rows[:, -4:] * sides,
            weight * second + (1 - weight) * seen.logits,
            (logits.argmax(axis=1) + 1).astype(np.float32),
        )
        rest = (column[self.rule.most :] for column in found)
        return Found(*(np.concatenate(both) for both in zip(refined, rest, strict=True)))

    def _cut(self, picture: Floats, box: Floats) -> Floats:
        """Return the patch of a box with its margin, [1, height, width, C]."""
        top, left, bottom, right = (float(side) for side in box)
        rim = self.rule.margin * (bottom - top)
        width, height = _OVERSAMPLING * self.rule.width, _OVERSAMPLING * self.rule.height
        along, down = (right - left + 2 * rim) / width, (bottom - top + 2 * rim) / height
        # Pixel centres have whole coordinates, edges lie half a pixel off.
        x, y = left - rim + along / 2 - 0.5, top - rim + down / 2 - 0.5
        sampled = cv2.warpAffine(
            picture,
            np.array([[along, 0, x], [0, down, y]]),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=[self.padding] * 3,
        )
        size = self.rule.width, self.rule.height
        patch = cv2.resize(sampled, size, interpolation=cv2.INTER_AREA)
        return np.asarray(patch, np.float32).reshape(1, *patch.shape[:2], -1)
