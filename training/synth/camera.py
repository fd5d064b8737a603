"""What light, lens, sensor and compression do to a picture of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


def expose(
    pixels: NDArray[np.uint8], rng: np.random.Generator, *, x_height: float, strength: float
) -> NDArray[np.uint8]:
    """Return the picture as a phone would have taken it.

    Args:
        pixels: uint8 [H, W] or [H, W, 3].
        rng: Source of all randomness.
        x_height: x-height of the type in pixels; blur is measured against it, so that what is
            labelled stays legible to a person.
        strength: 0 leaves a clean scan, 1 is a poor photograph.
    """
    image = pixels.astype(np.float32)
    image = _fade(image, rng, strength)
    image = _grain(image, rng, strength)
    image = _light(image, rng, strength)
    image = _blur(image, rng, x_height, strength)
    image = _sharpen(image, rng)
    image = _noise(image, rng, strength)
    return _compress(np.clip(image, 0, 255).astype(np.uint8), rng, strength)


def show_through(
    front: NDArray[np.uint8], back: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Let the mirrored print of the other side shine through thin paper."""
    ghost = cv2.GaussianBlur(np.ascontiguousarray(back[:, ::-1]), (0, 0), 1.2)
    weight = float(rng.uniform(0.02, 0.13))
    return cv2.addWeighted(front, 1 - weight, ghost, weight, 0)


def _fade(image: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Move black and white together, bend the curve: grey ink, dull paper, under-exposure."""
    low = float(rng.uniform(0, 70)) * strength * float(rng.random() < 0.7)
    high = 255 - float(rng.uniform(0, 90)) * strength * float(rng.random() < 0.7)
    gamma = float(np.exp(rng.normal(0, 0.22 * strength)))
    table = (low + (high - low) * np.linspace(0, 1, 256) ** gamma).astype(np.float32)
    return cv2.LUT(np.clip(image, 0, 255).astype(np.uint8), table)


def _grain(image: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Add paper texture: noise of a few pixels' size."""
    if rng.random() > 0.5 * strength:
        return image
    height, width = image.shape[:2]
    size = int(rng.integers(2, 6))
    coarse = rng.standard_normal((height // size + 1, width // size + 1), dtype=np.float32)
    texture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return image + _spread(texture * float(rng.uniform(1, 6)), image)


def _light(image: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Multiply by uneven light: a slope, a lamp's spot, and the edge of a shadow."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:9, 0:9].astype(np.float32) / 8 - 0.5
    slope = rng.normal(0, 0.22 * strength, 2)
    field = 1 + slope[0] * x + slope[1] * y
    if rng.random() < 0.5:
        centre = rng.uniform(-0.6, 0.6, 2)
        spot = np.exp(
            -((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / float(rng.uniform(0.05, 0.5))
        )
        field = field + float(rng.uniform(-0.3, 0.25)) * strength * spot
    light = cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.25 * strength:
        light = light * _shadow(rng, width, height)
    return image * _spread(light, image)


def _shadow(rng: np.random.Generator, width: int, height: int) -> Floats:
    step = 8
    mask = np.ones((height // step + 1, width // step + 1), np.float32)
    corners = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * [mask.shape[1], mask.shape[0]]
    cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32))], float(rng.uniform(0.45, 0.85)))
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.3, 3.0)))
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)


def _blur(image: Floats, rng: np.random.Generator, x_height: float, strength: float) -> Floats:
    """Defocus or move the camera, by at most a sixth of the x-height."""
    kind = rng.random()
    if kind < 0.6:
        sigma = abs(float(rng.normal(0, 0.085))) * strength * x_height
        sigma = min(sigma, x_height * 0.16)
        return cv2.GaussianBlur(image, (0, 0), sigma) if sigma > 0.25 else image
    if kind < 0.75:
        length = float(rng.uniform(0, 0.38)) * strength * x_height
        return _move(image, length, float(rng.uniform(0, np.pi))) if length > 1.2 else image
    return image


def _move(image: Floats, length: float, angle: float) -> Floats:
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size + 2, size + 2), np.float32)
    middle = (size + 2) // 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2 * 8
    start, stop = (middle * 8 - reach).astype(int), (middle * 8 + reach).astype(int)
    cv2.line(kernel, tuple(start.tolist()), tuple(stop.tolist()), 1.0, 1, cv2.LINE_AA, 3)
    total = float(kernel.sum())
    return cv2.filter2D(image, -1, kernel / total) if total > 0 else image


def _sharpen(image: Floats, rng: np.random.Generator) -> Floats:
    """Phones sharpen what they take, often too much."""
    if rng.random() > 0.35:
        return image
    amount = float(rng.uniform(0.2, 1.3))
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.7, 1.8)))
    return image + amount * (image - soft)


def _noise(image: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Add sensor noise, stronger in the light by shot noise, blotchy where it was smoothed."""
    if rng.random() > 0.75:
        return image
    sigma = float(rng.uniform(0.5, 11)) * strength
    noise = rng.standard_normal(image.shape, dtype=np.float32) * sigma
    if rng.random() < 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 1.8
    return image + noise * np.sqrt(0.4 + np.clip(image, 0, 255) / 255)


def _compress(
    image: NDArray[np.uint8], rng: np.random.Generator, strength: float
) -> NDArray[np.uint8]:
    if rng.random() > 0.7:
        return image
    quality = int(rng.integers(round(92 - 55 * strength), 97))
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    flag = cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR
    return np.asarray(cv2.imdecode(encoded, flag), np.uint8)


def _spread(field: Floats, image: Floats) -> Floats:
    return field if image.ndim == 2 else field[..., None]
