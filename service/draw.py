"""The annotated frame: what was found, drawn where it stands."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from service.records import Frame, FrameResult, Link

    Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

_OUTLINE: Final = (0, 122, 255)
_LABEL_GROUND: Final = (0, 60, 140)
_LABEL_INK: Final = (255, 255, 255)
_JPEG_QUALITY: Final = 90


def encode_annotated(frame: Frame, result: FrameResult) -> bytes:
    """Return the frame as JPEG with every link outlined and its URL written beside it."""
    picture = Image.fromarray(frame.pixels).convert("RGB")
    canvas = ImageDraw.Draw(picture)
    for link in result.links:
        _outline(canvas, link, width=_scale_px(picture, 400, least=2))
    for link in result.links:
        _write_label(canvas, link, picture)
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=_JPEG_QUALITY)
    return encoded.getvalue()


def _scale_px(picture: Image.Image, fraction: int, *, least: int) -> int:
    return max(least, max(picture.size) // fraction)


def _outline(canvas: ImageDraw.ImageDraw, link: Link, *, width: int) -> None:
    for polygon in [line.polygon for line in link.lines] or [link.polygon]:
        canvas.line([*polygon, *polygon[:2]], fill=_OUTLINE, width=width, joint="curve")


def _write_label(canvas: ImageDraw.ImageDraw, link: Link, picture: Image.Image) -> None:
    """Write the URL above the link, below it where there is no room, and inside the frame."""
    font = _fit_font(canvas, link.url, picture)
    pad = _scale_px(picture, 480, least=2)
    left, top, right, bottom = canvas.textbbox((0, 0), link.url, font=font)
    width, height = right - left + 2 * pad, bottom - top + 2 * pad
    x = max(0.0, min(link.box.left, picture.width - width))
    above = link.box.top - height - pad
    y = above if above >= 0 else min(link.box.bottom + pad, picture.height - height)
    canvas.rectangle((x, y, x + width, y + height), fill=_LABEL_GROUND)
    canvas.text((x + pad - left, y + pad - top), link.url, fill=_LABEL_INK, font=font)


def _fit_font(canvas: ImageDraw.ImageDraw, text: str, picture: Image.Image) -> Font:
    """Return a font of a size that suits the frame, smaller where `text` would not fit."""
    size = _scale_px(picture, 80, least=12)
    length = canvas.textlength(text, font=ImageFont.load_default(size))
    return ImageFont.load_default(max(8.0, size * min(1.0, 0.96 * picture.width / length)))
