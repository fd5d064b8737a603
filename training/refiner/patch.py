"""Patches: what a box shows with some margin, brought to one size, in NumPy and OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.contract import PADDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes
    from training.refiner.rule import RefineRule

# Samples along each side of a patch's pixel: print larger than the patch is not to alias.
OVERSAMPLING = 2


def cut_patches(image: NDArray[np.generic], boxes: Boxes, rule: RefineRule) -> NDArray[np.float32]:
    """Return float32 [n, height, width, C] of `boxes` [n, 4] in the pixels of [H, W, C].

    What lies outside the image is `PADDING`. The same as `training.refiner.graph.cut_patches`.
    """
    pixels = image.astype(np.float32, copy=False)
    shape = (len(boxes), rule.height, rule.width, image.shape[-1])
    patches = np.empty(shape, np.float32)
    for place, region in enumerate(widen_boxes(boxes, rule.margin)):
        patches[place] = _cut(pixels, region, rule).reshape(shape[1:])
    return patches


def widen_boxes(boxes: Boxes, margin: float) -> Boxes:
    """Return `boxes` [n, 4] with `margin` times their height more on all sides."""
    rims = margin * (boxes[:, 2:3] - boxes[:, :1])
    widened: Boxes = boxes + np.concatenate([-rims, -rims, rims, rims], axis=1)
    return widened


def _cut(pixels: NDArray[np.float32], region: Boxes, rule: RefineRule) -> NDArray[np.float32]:
    height, width = OVERSAMPLING * rule.height, OVERSAMPLING * rule.width
    top, left, bottom, right = (float(side) for side in region)
    down, along = (bottom - top) / height, (right - left) / width
    # Pixel centres have whole coordinates, edges lie half a pixel off.
    back = np.array([[along, 0, left + along / 2 - 0.5], [0, down, top + down / 2 - 0.5]])
    sampled = cv2.warpAffine(
        pixels,
        back,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=[PADDING] * 3,
    )
    averaged = cv2.resize(sampled, (rule.width, rule.height), interpolation=cv2.INTER_AREA)
    return np.asarray(averaged, np.float32)
