"""Broken pictures and messages, made out of sound ones; the same seed gives the same ones."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Mutate = Callable[[bytes, np.random.Generator], bytes]

_SIZE: Final = (320, 120)
_KINDS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_ORIENTATION: Final = 0x0112
# Numbers at which programs that count bytes and pixels go wrong.
_EDGES: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MOST_MUTATIONS: Final = 4
MESSAGES: Final[tuple[object, ...]] = (
    {"type": "configure", "max_fps": 5, "min_confidence": 0.5},
    {"type": "configure"},
    {"type": "auth", "api_key": "plk_none"},
    {"type": "configure", "max_fps": 1e308},
    [],
    None,
    "configure",
    {"type": {"type": "configure"}},
)


def make_pictures() -> list[bytes]:
    """Return a small page with a link in each format, and one that is turned."""
    page = Image.new("RGB", _SIZE, "white")
    ImageDraw.Draw(page).text((10, 50), "see https://example.org/a", fill="black", font_size=24)
    turned = Image.Exif()
    turned[_ORIENTATION] = 6
    return [*(_encode(page, kind) for kind in _KINDS), _encode(page, "JPEG", exif=turned)]


def mutate_picture(pictures: list[bytes], rng: np.random.Generator) -> bytes:
    """Return one of the pictures, changed in one to four ways."""
    data = pictures[rng.integers(len(pictures))]
    if rng.random() < 0.1:
        other = pictures[rng.integers(len(pictures))]
        data = data[: rng.integers(len(data))] + other[rng.integers(len(other)) :]
    return _mutate(data, rng)


def mutate_message(rng: np.random.Generator) -> bytes:
    """Return a text message, sound or changed, that need not be UTF-8 any more."""
    data = json.dumps(MESSAGES[rng.integers(len(MESSAGES))]).encode()
    return data if rng.random() < 0.2 else _mutate(data, rng)


def _mutate(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(rng.integers(1, _MOST_MUTATIONS + 1)):
        data = _MUTATIONS[rng.integers(len(_MUTATIONS))](data, rng)
    return data


def _flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, max(1, len(data)), rng.integers(1, 16)) if data else ():
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut_off(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(len(data) + 1)]


def _remove(data: bytes, rng: np.random.Generator) -> bytes:
    start, end = _pick_part(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, rng: np.random.Generator) -> bytes:
    start, end = _pick_part(data, rng)
    return data[:end] + data[start:end] * int(rng.integers(1, 4)) + data[end:]


def _insert_noise(data: bytes, rng: np.random.Generator) -> bytes:
    start, end = _pick_part(data, rng)
    return data[:start] + rng.bytes(end - start) + data[start:]


def _write_edge(data: bytes, rng: np.random.Generator) -> bytes:
    """Write a number where a length or a size may stand: near the start, most of them do."""
    number, width = int(rng.choice(_EDGES)), (1, 2, 4)[rng.integers(3)]
    kept = number & (256**width - 1)
    written = kept.to_bytes(width, "big" if rng.random() < 0.5 else "little")
    start = int(rng.integers(max(1, min(len(data), 256))))
    return b"".join((data[:start], written, data[start + width :]))


_MUTATIONS: Final[tuple[Mutate, ...]] = (
    _flip_bits,
    _cut_off,
    _remove,
    _repeat,
    _insert_noise,
    _write_edge,
)


def _pick_part(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    start = int(rng.integers(len(data) + 1))
    return start, min(len(data), start + int(rng.integers(1, 65)))


def _encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, kind, **options)
    return encoded.getvalue()


def iterate_mutations(
    count: int, seed: int, *, message_share: float = 0.2
) -> Iterator[tuple[bytes, bool]]:
    """Yield broken inputs, each with whether it is text."""
    pictures, rng = make_pictures(), np.random.default_rng(seed)
    for _ in range(count):
        is_text = bool(rng.random() < message_share)
        yield (mutate_message(rng) if is_text else mutate_picture(pictures, rng)), is_text
