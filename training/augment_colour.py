"""Augmentations that leave everything in its place: light, colour, noise and compression."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from training.example import to_channels, to_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.example import Example

# The hue of OpenCV's float pictures, in degrees.
FULL_HUE = 360.0


def random_adjust_brightness(
    example: Example, rng: np.random.Generator, *, max_delta: float = 0.2
) -> Example:
    """Add the same to all pixels; `max_delta` is a share of the full range."""
    return _revalue(example, example.image + rng.uniform(-max_delta, max_delta) * 255.0)


def random_adjust_contrast(
    example: Example, rng: np.random.Generator, *, min_delta: float = 0.8, max_delta: float = 1.25
) -> Example:
    """Stretch each channel about its mean."""
    means = example.image.mean(axis=(0, 1))
    return _revalue(example, (example.image - means) * rng.uniform(min_delta, max_delta) + means)


def random_adjust_hue(
    example: Example, rng: np.random.Generator, *, max_delta: float = 0.02
) -> Example:
    """Turn the colours; `max_delta` is a share of the whole circle."""
    turn = np.array([rng.uniform(-max_delta, max_delta) * FULL_HUE, 0, 0], np.float32)
    return _recolour(example, lambda hsv: (hsv + turn) % np.array([FULL_HUE, 1e9, 1e9], np.float32))


def random_adjust_saturation(
    example: Example, rng: np.random.Generator, *, min_delta: float = 0.8, max_delta: float = 1.25
) -> Example:
    """Make the colours stronger or weaker."""
    factor = np.array([1, rng.uniform(min_delta, max_delta), 1], np.float32)
    return _recolour(
        example, lambda hsv: np.minimum(hsv * factor, np.array([1e9, 1, 1e9], np.float32))
    )


def random_distort_color(example: Example, rng: np.random.Generator) -> Example:
    """Change brightness, saturation, hue and contrast, more strongly than each alone."""
    example = random_adjust_brightness(example, rng, max_delta=32 / 255)
    example = random_adjust_saturation(example, rng, min_delta=0.5, max_delta=1.5)
    example = random_adjust_hue(example, rng, max_delta=0.2)
    return random_adjust_contrast(example, rng, min_delta=0.5, max_delta=1.5)


def random_pixel_value_scale(
    example: Example, rng: np.random.Generator, *, minval: float = 0.9, maxval: float = 1.1
) -> Example:
    """Multiply each value by a number of its own."""
    return _revalue(example, example.image * rng.uniform(minval, maxval, example.image.shape))


def random_rgb_to_gray(
    example: Example, rng: np.random.Generator, *, probability: float = 0.1
) -> Example:
    """Take the colours away."""
    if rng.random() >= probability:
        return example
    return replace(example, image=to_channels(to_grey(example.image), example.image.shape[-1]))


def random_jpeg_quality(
    example: Example,
    rng: np.random.Generator,
    *,
    random_coef: float = 0.0,
    min_jpeg_quality: int = 0,
    max_jpeg_quality: int = 100,
) -> Example:
    """Compress as JPEG and open again; with `random_coef` the picture stays so often as it is."""
    if rng.random() < random_coef:
        return example
    quality = int(rng.integers(min_jpeg_quality, max_jpeg_quality + 1))
    # The order of the channels matters to the compression only.
    _, encoded = cv2.imencode(".jpg", example.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED), np.uint8)
    decoded = decoded.reshape(example.image.shape)
    return replace(example, image=np.ascontiguousarray(decoded[..., ::-1]))


def random_black_patches(
    example: Example,
    rng: np.random.Generator,
    *,
    max_black_patches: int = 10,
    probability: float = 0.5,
    size_to_image_ratio: float = 0.1,
) -> Example:
    """Put black squares over the picture, each with this probability."""
    image = example.image.copy()
    height, width = image.shape[:2]
    side = round(size_to_image_ratio * min(height, width))
    for _ in range(max_black_patches):
        if rng.random() < probability:
            top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
            image[top : top + side, left : left + side] = 0
    return replace(example, image=image)


def random_patch_gaussian(
    example: Example,
    rng: np.random.Generator,
    *,
    random_coef: float = 0.0,
    min_patch_size: int = 1,
    max_patch_size: int = 250,
    min_gaussian_stddev: float = 0.0,
    max_gaussian_stddev: float = 1.0,
) -> Example:
    """Add noise to a square; the deviation is a share of the full range."""
    if rng.random() < random_coef:
        return example
    height, width = example.image.shape[:2]
    half = int(rng.integers(min_patch_size, max_patch_size + 1)) // 2
    y, x = int(rng.integers(height)), int(rng.integers(width))
    rows, columns = slice(max(y - half, 0), y + half + 1), slice(max(x - half, 0), x + half + 1)
    values = example.image.astype(np.float32)
    spread = rng.uniform(min_gaussian_stddev, max_gaussian_stddev) * 255.0
    values[rows, columns] += rng.normal(0.0, spread, values[rows, columns].shape)
    return _revalue(example, values)


COLOUR_OPTIONS: dict[str, Any] = {
    function.__name__: function
    for function in (
        random_adjust_brightness,
        random_adjust_contrast,
        random_adjust_hue,
        random_adjust_saturation,
        random_distort_color,
        random_pixel_value_scale,
        random_rgb_to_gray,
        random_jpeg_quality,
        random_black_patches,
        random_patch_gaussian,
    )
}


def _revalue(example: Example, values: NDArray[Any]) -> Example:
    return replace(example, image=np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _recolour(example: Example, change: Any) -> Example:  # noqa: ANN401 - a function of HSV
    """Change hue (degrees), saturation and value (0..1); a grey picture has neither colour."""
    if example.image.shape[-1] == 1:
        return example
    hsv = cv2.cvtColor(example.image.astype(np.float32) / 255.0, cv2.COLOR_RGB2HSV)
    return _revalue(example, cv2.cvtColor(change(hsv), cv2.COLOR_HSV2RGB) * 255.0)
