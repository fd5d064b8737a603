"""Cutouts: what a client sent of a page, laid back to where it was cut from.

A client that finds the prefixes by itself sends no more of the page than it takes to read them, all
of it gathered in one picture. On an otherwise blank page of the frame's size everything after the
detector works as it does on the whole frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.decode import decode_frame
from service.errors import FrameTooLargeError, FrameTooSmallError, ValidationFailedError
from service.records import Box, Frame, Prefix
from service.sketch import add_sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.records import Pixels
    from service.settings import DecodeSettings, DetectSettings

MAX_CUTOUTS: Final = 1000
# Lower print cannot be read, and a line is followed in steps of its height.
_LEAST_HEIGHT_PX: Final = 4.0
# The longest prefix is eight times as wide as high; a steep one fills a nearly square box.
_MOST_ASPECT: Final = 20.0
_GROUND_PX: Final = 16
_GROUND_BLOCKS: Final = 9

Side = Annotated[int, Field(ge=1, le=100_000)]
Place = Annotated[int, Field(ge=0, le=100_000)]
Coordinate = Annotated[float, Field(ge=0, le=100_000)]


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SentFrame(_Sent):
    """The size of the frame that the cutouts are from, in pixels."""

    width: Side
    height: Side


class SentCutout(_Sent):
    """A part of the frame."""

    box: tuple[Place, Place, Place, Place] = Field(
        description="Left, top, right, bottom in pixels of the picture."
    )
    to: tuple[Place, Place] = Field(description="Left and top in pixels of the frame.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        left, top, right, bottom = self.box
        return right - left, bottom - top

    @field_validator("box")
    @classmethod
    def _check_order(cls, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        if box[0] >= box[2] or box[1] >= box[3]:
            raise ValueError("expected left before right and top above bottom")
        return box


class SentPrefix(_Sent):
    """The start of a link as the client's detector saw it."""

    label: str = Field(min_length=1, max_length=64)
    score: float = Field(ge=0, le=1)
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate] = Field(
        description="Left, top, right, bottom in pixels of the frame."
    )

    @field_validator("box")
    @classmethod
    def _check_shape(
        cls, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        width, height = box[2] - box[0], box[3] - box[1]
        if height < _LEAST_HEIGHT_PX or not 1 / _MOST_ASPECT <= width / height <= _MOST_ASPECT:
            raise ValueError(f"expected the shape of a word, {_LEAST_HEIGHT_PX:g} pixels high")
        return box


class Layout(_Sent):
    """What a client says of the picture that it sends: where each part of it belongs."""

    frame: SentFrame
    cutouts: tuple[SentCutout, ...] = Field(max_length=MAX_CUTOUTS)
    prefixes: tuple[SentPrefix, ...]


_NO_SKETCH: Final = np.full((1, 1), 255, np.uint8)


@dataclass(frozen=True, slots=True)
class CutPage:
    """The encoded picture that holds the cutouts of one frame, and where they belong.

    `sketch` is another, of the whole page, that shows no more than where it has ink.
    """

    layout: Layout
    picture: bytes
    sketch: bytes | None = None

    def find_prefixes(self, settings: DetectSettings) -> tuple[Prefix, ...]:
        """Return the prefixes that the service's own detector would have let pass, best first."""
        sent = sorted(self.layout.prefixes, key=lambda prefix: -prefix.score)
        good = (one for one in sent if one.score >= settings.min_score)
        return tuple(Prefix(one.label, one.score, Box(*one.box)) for one in good)

    def lay_out(self, settings: DecodeSettings) -> Frame:
        """Return the page, blank but for the cutouts and the sketch; raises a `CallerError`."""
        picture = decode_frame(self.picture, settings).pixels
        size = self.layout.frame
        page = np.zeros((size.height, size.width), np.uint8)
        is_known = np.zeros((size.height, size.width), bool)
        for cutout in self.layout.cutouts:
            left, top, right, bottom = cutout.box
            if right > picture.shape[1] or bottom > picture.shape[0]:
                raise ValidationFailedError("expected every cutout to lie inside the picture")
            (x, y), (width, height) = cutout.to, cutout.size
            page[y : y + height, x : x + width] = picture[top:bottom, left:right]
            is_known[y : y + height, x : x + width] = True
        _fill_ground(page, is_known)
        # One pixel of paper says as much as no sketch.
        coarse = (
            decode_frame(self.sketch, settings).pixels if self.sketch is not None else _NO_SKETCH
        )
        if coarse.shape[0] > size.height or coarse.shape[1] > size.width:
            raise ValidationFailedError("expected a sketch no larger than the frame")
        return Frame(add_sketch(page, coarse, is_known))


def read_layout(text: str, *, decode: DecodeSettings, max_prefixes: int) -> Layout:
    """Return what `text`, which is JSON, says; raises a `CallerError`."""
    try:
        layout = Layout.model_validate_json(text)
    except ValidationError as error:
        raise ValidationFailedError(_describe(error)) from error
    _check_frame(layout.frame, decode)
    if len(layout.prefixes) > max_prefixes:
        raise ValidationFailedError(f"expected at most {max_prefixes} prefixes")
    width, height = layout.frame.width, layout.frame.height
    if any(one.box[2] > width or one.box[3] > height for one in layout.prefixes):
        raise ValidationFailedError("expected every prefix to lie inside the frame")
    for cutout in layout.cutouts:
        if cutout.to[0] + cutout.size[0] > width or cutout.to[1] + cutout.size[1] > height:
            raise ValidationFailedError("expected every cutout to lie inside the frame")
    if sum(one.size[0] * one.size[1] for one in layout.cutouts) > width * height:
        raise ValidationFailedError("expected cutouts that cover no part of the frame twice")
    return layout


def _check_frame(frame: SentFrame, decode: DecodeSettings) -> None:
    if frame.width * frame.height > decode.max_pixels:
        raise FrameTooLargeError(
            f"expected at most {decode.max_pixels} pixels, "
            f"the layout says {frame.width} x {frame.height}"
        )
    if min(frame.width, frame.height) < decode.min_side_px:
        raise FrameTooSmallError(f"expected sides of {decode.min_side_px} pixels or more")


def _describe(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[:3]
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'layout'}: {one['msg']}" for one in found)


def _fill_ground(page: Pixels, is_known: NDArray[np.bool_]) -> None:
    """Fill what is not known as the paper beside it goes on, so that no cutout has an edge.

    The paper is the median of each whole block of known pixels: print covers less than half of it.
    """
    height, width = is_known.shape
    blocks = _split_blocks(page)
    is_whole = _split_blocks(is_known).all(axis=2)
    if not is_whole.any():
        page[~is_known] = 255
        return
    levels = np.zeros(is_whole.shape, np.float32)
    levels[is_whole] = np.median(blocks[is_whole], axis=1)
    # Far from every cutout any paper will do.
    ground = np.full_like(levels, levels[is_whole].mean())
    around = (_GROUND_BLOCKS, _GROUND_BLOCKS)
    weight = cv2.blur(is_whole.astype(np.float32), around, borderType=cv2.BORDER_CONSTANT)
    near = weight > 1e-4
    ground[near] = cv2.blur(levels, around, borderType=cv2.BORDER_CONSTANT)[near] / weight[near]
    smooth = cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR)
    page[~is_known] = smooth[~is_known]


def _split_blocks(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return [rows, columns, pixels]: the whole blocks of [height, width]."""
    height, width = pixels.shape
    rows, columns = max(1, height // _GROUND_PX), max(1, width // _GROUND_PX)
    high, wide = min(height, _GROUND_PX), min(width, _GROUND_PX)
    whole = pixels[: rows * high, : columns * wide]
    parts = whole.reshape(rows, high, columns, wide).swapaxes(1, 2)
    return parts.reshape(rows, columns, high * wide)
