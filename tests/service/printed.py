"""Printed pages for the tests: lines of text, tilted and bent as a camera sees them."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from service.records import Box, Frame, Prefix

FONT_PX = 26
LINE_HEIGHT = 24.0
"""From the top of the ascenders to the bottom of the descenders, about."""


@dataclass(frozen=True)
class Printed:
    """A frame, and the prefixes in it with the boxes that a detector would give them."""

    frame: Frame
    prefixes: tuple[Prefix, ...]


def print_page(
    lines,
    *,
    size=(1000, 400),
    tilt_deg=0.0,
    bend_px=0.0,
    is_dark=False,
    is_underlined=False,
    top=120,
    left=90,
):
    """Print `lines` 36 px apart; a prefix is wherever `https://`, `http://` or `www.` stands.

    An underlined link is underlined up to the next space; `^1` is a footnote's raised number.
    """
    font = ImageFont.load_default(FONT_PX)
    picture = Image.new("L", size, 245)
    draw = ImageDraw.Draw(picture)
    found = []
    for row, text in enumerate(lines):
        y = top + 36 * row
        _write(draw, font, text, left=left, y=y)
        found += [_place(font, text, printed, left, y) for printed in _printed_in(text)]
        for printed in _printed_in(text) if is_underlined else ():
            _underline(draw, font, text, printed, left=left, y=y)
    return _photograph(picture, found, tilt_deg=tilt_deg, bend_px=bend_px, is_dark=is_dark)


def print_columns(columns, *, lefts, width, tilt_deg=0.0, is_dark=False, is_ruled=False):
    """Print `columns` of lines beside one another, each line spread to `width` pixels.

    A ruled page has a thin rule left of each column and one below every second line.
    """
    font = ImageFont.load_default(FONT_PX)
    picture = Image.new("L", (1000, 640), 245)
    draw = ImageDraw.Draw(picture)
    found = []
    for left, lines in zip(lefts, columns, strict=True):
        for row, text in enumerate(lines):
            found += _spread(draw, font, text.split(), left=left, y=80 + 36 * row, width=width)
        if is_ruled:
            draw.line((left - 8, 60, left - 8, 80 + 36 * len(lines)), fill=25, width=2)
    for row in range(0, len(columns[0]) + 1, 2) if is_ruled else ():
        level = 75 + 36 * row
        draw.line((lefts[0] - 8, level, lefts[-1] + width, level), fill=25, width=2)
    return _photograph(picture, found, tilt_deg=tilt_deg, is_dark=is_dark)


def _spread(draw, font, words, *, left, y, width):
    """Draw words from `left` over `width` pixels, and return their prefixes."""
    found = []
    rest = width - sum(font.getlength(word) for word in words)
    space = rest / max(1, len(words) - 1)
    for word in words:
        draw.text((left, y), word, fill=25, font=font)
        found += [_place(font, word, printed, left, y) for printed in _printed_in(word)]
        left += font.getlength(word) + space
    return found


def _photograph(picture, found, *, tilt_deg, is_dark, bend_px=0.0):
    """Return what a camera sees of `picture`, and where it sees the prefixes `found` in it."""
    size = picture.size
    pixels = _bend(np.asarray(picture), bend_px)
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), -tilt_deg, 1.0)
    pixels = cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_CUBIC, borderValue=245)
    if is_dark:
        pixels = 255 - pixels
    prefixes = tuple(
        Prefix(label, 0.9, _box(quad, bend_px, turn, size[0])) for label, quad in found
    )
    return Printed(Frame(np.repeat(pixels[..., None], 3, axis=2)), prefixes)


def turn_of(start):
    return math.degrees(start.angle)


def _printed_in(text):
    return [printed for printed in ("https://", "http://", "ftp://") if printed in text] or [
        printed for printed in ("www.",) if printed in text
    ]


def _place(font, text, printed, left, y):
    before = font.getlength(text[: text.index(printed)])
    x0, _, x1, _ = font.getbbox(printed)
    _, y0, _, y1 = font.getbbox("hp")
    quad = [(left + before + x, y + v) for x in (x0, x1) for v in (y0, y1)]
    return printed.rstrip(":/."), quad


def _write(draw, font, text, *, left, y):
    """Draw a line of text; what follows a `^` is a footnote number up to the next space."""
    before, _, after = text.partition("^")
    number, _, rest = after.partition(" ")
    draw.text((left, y), before, fill=25, font=font)
    left += font.getlength(before)
    small = ImageFont.load_default(FONT_PX * 0.6)
    draw.text((left, y + 1), number, fill=25, font=small)
    draw.text((left + small.getlength(number), y), f" {rest}", fill=25, font=font)


def _underline(draw, font, text, printed, *, left, y):
    first = text.index(printed)
    link = text[first:].split(" ")[0]
    start = left + font.getlength(text[:first])
    below = y + font.getbbox("h")[3] + 3
    draw.line((start, below, start + font.getlength(link), below), fill=25, width=2)


def _bend(pixels, bend_px):
    height, width = pixels.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(
        pixels, x, y - _drop(x, bend_px, width), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _drop(x, bend_px, width):
    return (bend_px * np.sin(np.pi * np.asarray(x) / width)).astype(np.float32)


def _box(quad, bend_px, turn, width):
    points = [(x, y + float(_drop(x, bend_px, width))) for x, y in quad]
    turned = np.array(points) @ turn[:, :2].T + turn[:, 2]
    (left, top), (right, bottom) = turned.min(axis=0), turned.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
