"""The second stage round a bare network: each box is looked at again, larger, and its edges move.

The graph of a SavedModel that has a second stage does the same inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from service.contract import Floats, Network, Refining
    from service.records import Pixels

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

    def refine(self, found: Found, picture: Pixels) -> Found:
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

    def _cut(self, picture: Pixels, box: Floats) -> Floats:
        """Return the patch of a box with its margin, [1, height, width, C]."""
        top, left, bottom, right = (float(side) for side in box)
        rim = self.rule.margin * (bottom - top)
        down = _share_out(top - rim, bottom + rim, self.rule.height)
        along = _share_out(left - rim, right + rim, self.rule.width)
        rows = np.tensordot(down.shares, self._take(picture, down, along), axes=1)
        patch: Floats = np.matmul(along.shares, rows)[np.newaxis]
        return patch

    def _take(self, picture: Pixels, down: _Axis, along: _Axis) -> Floats:
        """Return what the picture has there, [h, w, C]; outside of it lies the padding."""
        (top, bottom), (left, right) = down.span, along.span
        whole = picture.reshape(*picture.shape[:2], -1)
        region = np.full((bottom - top, right - left, whole.shape[2]), self.padding, np.float32)
        inside = whole[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        y, x = max(-top, 0), max(-left, 0)
        region[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
        return region


class _Axis(NamedTuple):
    """A side of a patch: from where it takes pixels, and what share of each [pixels, taken]."""

    first: int
    shares: Floats

    @property
    def span(self) -> tuple[int, int]:
        return self.first, self.first + self.shares.shape[1]


def _share_out(start: float, end: float, pixels: int) -> _Axis:
    """Return what `pixels` between two edges take, sampled linearly.

    OpenCV's warping rounds where it samples; a page that cuts patches, too, would see others.
    """
    count = _OVERSAMPLING * pixels
    # Pixel centres have whole coordinates, edges lie half a pixel off.
    places = start + (np.arange(count) + 0.5) * (end - start) / count - 0.5
    before = np.floor(places).astype(np.intp)
    beyond = places - before
    first = int(before[0])
    shares = np.zeros((pixels, int(before[-1]) + 2 - first), np.float32)
    rows = np.arange(pixels)
    for sample in range(_OVERSAMPLING):
        taken = before[sample::_OVERSAMPLING] - first
        shares[rows, taken] += (1 - beyond[sample::_OVERSAMPLING]) / _OVERSAMPLING
        shares[rows, taken + 1] += beyond[sample::_OVERSAMPLING] / _OVERSAMPLING
    return _Axis(first, shares)
