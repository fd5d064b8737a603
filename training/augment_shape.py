"""Augmentations that move things: flips, turns, crops, scales and margins, boxes carried along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from training.boxes import box_areas
from training.example import Example

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.boxes import Boxes

# Zero once normalised: what the network's own padding looks like.
PADDING = 128
# As many as the Object Detection API makes to find a crop that covers enough of a box.
ATTEMPTS = 100
# The defaults of `ssd_random_crop` (Liu et al. 2016): each crop picks one.
SSD_COVERED = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


def random_horizontal_flip(
    example: Example, rng: np.random.Generator, *, probability: float = 0.5
) -> Example:
    """Swap left and right."""
    if rng.random() >= probability:
        return example
    boxes = example.boxes[:, [0, 3, 2, 1]] * np.array([1, -1, 1, -1], np.float32) + np.array(
        [0, 1, 0, 1], np.float32
    )
    return replace(example, image=np.ascontiguousarray(example.image[:, ::-1]), boxes=boxes)


def random_vertical_flip(
    example: Example, rng: np.random.Generator, *, probability: float = 0.5
) -> Example:
    """Swap top and bottom."""
    if rng.random() >= probability:
        return example
    boxes = example.boxes[:, [2, 1, 0, 3]] * np.array([-1, 1, -1, 1], np.float32) + np.array(
        [1, 0, 1, 0], np.float32
    )
    return replace(example, image=np.ascontiguousarray(example.image[::-1]), boxes=boxes)


def random_rotation90(
    example: Example, rng: np.random.Generator, *, probability: float = 0.5
) -> Example:
    """Turn by a quarter, counter-clockwise."""
    if rng.random() >= probability:
        return example
    # A point (y, x) comes to (1 - x, y).
    boxes = example.boxes[:, [3, 0, 1, 2]] * np.array([-1, 1, -1, 1], np.float32) + np.array(
        [1, 0, 1, 0], np.float32
    )
    return replace(example, image=np.ascontiguousarray(np.rot90(example.image)), boxes=boxes)


def random_crop_image(  # noqa: PLR0913 - the option's fields
    example: Example,
    rng: np.random.Generator,
    *,
    min_object_covered: float = 1.0,
    min_aspect_ratio: float = 0.75,
    max_aspect_ratio: float = 1.33,
    min_area: float = 0.1,
    max_area: float = 1.0,
    overlap_thresh: float = 0.3,
    random_coef: float = 0.0,
) -> Example:
    """Keep a window in which at least one box has `min_object_covered` of its area.

    With `random_coef` the picture stays whole so often; it does, too, where no window is found. A
    box with less than `overlap_thresh` of its area in the window becomes an ignore region.
    """
    if rng.random() < random_coef:
        return example
    boxes = example.boxes[~example.ignored]
    for _ in range(ATTEMPTS):
        area = rng.uniform(min_area, max_area)
        aspect = rng.uniform(min_aspect_ratio, max_aspect_ratio)
        window = _place_window(example, area=area, aspect=aspect, rng=rng)
        if window is not None and _covers(window, boxes, min_object_covered):
            return cut_out(example, window, least_seen=overlap_thresh)
    return example


def ssd_random_crop(example: Example, rng: np.random.Generator) -> Example:
    """Crop as the SSD paper does: the share of a box that has to be seen is drawn each time."""
    covered = float(rng.choice(SSD_COVERED))
    options = {"min_aspect_ratio": 0.5, "max_aspect_ratio": 2.0, "random_coef": 0.15}
    return random_crop_image(
        example, rng, min_object_covered=covered, overlap_thresh=max(covered, 0.1), **options
    )


def random_image_scale(
    example: Example,
    rng: np.random.Generator,
    *,
    min_scale_ratio: float = 0.5,
    max_scale_ratio: float = 2.0,
) -> Example:
    """Shrink or enlarge what is seen; the picture keeps its size, and what it lacks is grey."""
    scale = rng.uniform(min_scale_ratio, max_scale_ratio)
    slack = 1.0 - 1.0 / scale
    corner = rng.uniform(min(slack, 0.0), max(slack, 0.0), 2)
    height, width = example.image.shape[:2]
    window = np.concatenate([corner, corner + 1.0 / scale]).astype(np.float32)
    seen = cut_out(pad_out(example, window), _within(window), least_seen=0.3)
    return replace(seen, image=_resize(seen.image, height, width))


def random_pad_image(
    example: Example,
    rng: np.random.Generator,
    *,
    min_image_height: int = 0,
    min_image_width: int = 0,
    max_image_height: int = 0,
    max_image_width: int = 0,
) -> Example:
    """Put the picture somewhere on a larger grey one, by default up to twice as large."""
    height, width = example.image.shape[:2]
    rows = int(rng.integers(max(min_image_height, height), (max_image_height or 2 * height) + 1))
    columns = int(rng.integers(max(min_image_width, width), (max_image_width or 2 * width) + 1))
    top, left = int(rng.integers(rows - height + 1)), int(rng.integers(columns - width + 1))
    window = np.array([-top / height, -left / width, (rows - top) / height, 0], np.float32)
    window[3] = (columns - left) / width
    return pad_out(example, window)


def random_jitter_boxes(
    example: Example, rng: np.random.Generator, *, ratio: float = 0.05
) -> Example:
    """Move each edge of each box by up to `ratio` of the box's side."""
    sides = example.boxes[:, [2, 3, 2, 3]] - example.boxes[:, [0, 1, 0, 1]]
    shifts = rng.uniform(-ratio, ratio, example.boxes.shape) * sides
    return replace(example, boxes=np.clip(example.boxes + shifts, 0, 1).astype(np.float32))


SHAPE_OPTIONS: dict[str, Any] = {
    function.__name__: function
    for function in (
        random_horizontal_flip,
        random_vertical_flip,
        random_rotation90,
        random_crop_image,
        ssd_random_crop,
        random_image_scale,
        random_pad_image,
        random_jitter_boxes,
    )
}


def fit_square(example: Example, size: int) -> Example:
    """Return the example `size` pixels square, the aspect ratio kept, grey at right and bottom."""
    height, width = example.image.shape[:2]
    if height == width == size:
        return example
    side = max(height, width)
    square = pad_out(example, np.array([0, 0, side / height, side / width], np.float32))
    return replace(square, image=_resize(square.image, size, size))


def cut_out(example: Example, window: Boxes, *, least_seen: float) -> Example:
    """Return what is in `window` (ymin xmin ymax xmax, 0..1), whole pixels of it.

    A box of which less than `least_seen` is left becomes an ignore region; one that is wholly
    outside goes.
    """
    height, width = example.image.shape[:2]
    scale = np.array([height, width, height, width], np.float32)
    top, left, bottom, right = np.rint(window * scale).astype(int)
    origin, sides = (
        np.array([top, left] * 2, np.float32),
        np.array([bottom - top, right - left] * 2, np.float32),
    )
    boxes = (example.boxes * scale - origin) / sides
    inside: Boxes = np.clip(boxes, 0.0, 1.0)
    seen = box_areas(inside) / np.maximum(box_areas(boxes), 1e-12)
    kept = seen > 0
    return Example(
        np.ascontiguousarray(example.image[top:bottom, left:right]),
        inside[kept].astype(np.float32),
        example.classes[kept],
        # What was whole before may be whole still, whatever rounding made of it.
        example.ignored[kept] | (seen[kept] < least_seen - 1e-4),
    )


def pad_out(example: Example, window: Boxes) -> Example:
    """Return the example with grey wherever `window` (in shares of it) reaches beyond it."""
    height, width = example.image.shape[:2]
    beyond = np.array([-window[0], -window[1], window[2] - 1, window[3] - 1], np.float32)
    margins = np.rint(np.maximum(beyond, 0) * np.array([height, width] * 2, np.float32)).astype(int)
    above, before, below, behind = margins.tolist()
    padding = ((above, below), (before, behind), (0, 0))
    image = np.pad(example.image, padding, constant_values=PADDING)
    shift = np.array([above, before] * 2, np.float32)
    pixels = example.boxes * np.array([height, width] * 2, np.float32) + shift
    return replace(
        example,
        image=image,
        boxes=(pixels / np.array(image.shape[:2] * 2, np.float32)).astype(np.float32),
    )


def _within(window: Boxes) -> Boxes:
    """Return `window` in shares of what `pad_out` makes of its picture."""
    low = np.minimum(window[:2], 0)
    span = np.maximum(window[2:], 1) - low
    inside: Boxes = np.concatenate([(window[:2] - low) / span, (window[2:] - low) / span])
    return inside


def _resize(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    method = cv2.INTER_AREA if image.shape[0] > height else cv2.INTER_LINEAR
    resized: NDArray[np.uint8] = cv2.resize(image, (width, height), interpolation=method)
    return resized.reshape(height, width, -1)


def _place_window(
    example: Example, *, area: float, aspect: float, rng: np.random.Generator
) -> Boxes | None:
    """Return a window with a share of the area and an aspect (width / height), None if too big."""
    height, width = example.image.shape[:2]
    rows = np.sqrt(area * height * width / aspect)
    sides = np.array([rows / height, rows * aspect / width])
    if (sides > 1).any() or (sides * [height, width] < 1).any():
        return None
    corner = rng.uniform(0, 1 - sides)
    window: Boxes = np.concatenate([corner, corner + sides]).astype(np.float32)
    return window


def _covers(window: Boxes, boxes: Boxes, share: float) -> bool:
    if not len(boxes):
        return True
    top_left = np.maximum(boxes[:, :2], window[:2])
    sides = np.maximum(np.minimum(boxes[:, 2:], window[2:]) - top_left, 0)
    covered = sides.prod(axis=1) / np.maximum(box_areas(boxes), 1e-12)
    return bool((covered >= share - 1e-4).any())
