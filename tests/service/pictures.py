"""Encoded pictures for the tests, sound ones and broken ones."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def encode(picture, kind="JPEG", **options):
    encoded = io.BytesIO()
    picture.save(encoded, kind, **options)
    return encoded.getvalue()


def make_picture(width=96, height=64, mode="RGB"):
    """Left half dark, right half light, so that a turn shows."""
    pixels = np.full((height, width, 3), 230, np.uint8)
    pixels[:, : width // 2] = 30
    return Image.fromarray(pixels).convert(mode)


def make_noise(width=96, height=64):
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def make_png(width, height, *, depth=8, colour=2, rows=b""):
    """A PNG put together by hand: any size may stand in its header."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def break_png_sum(png):
    """Change the CRC of the first IDAT chunk, and nothing else."""
    start = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[start - 4 : start])
    broken = bytearray(png)
    broken[start + 4 + length] ^= 0xFF
    return bytes(broken)


def _chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def make_page(text):
    """A page whose one line starts where `saved_models.TinyModel` sees its first prefix."""
    picture = Image.new("RGB", (1200, 400), "white")
    font = ImageFont.load_default(84)
    left, top, *_ = font.getbbox("https://")
    ImageDraw.Draw(picture).text((120 - left, 104 - top), text, fill="black", font=font)
    return picture
