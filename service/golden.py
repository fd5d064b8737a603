"""The golden frame: a printed page whose prefixes any version of our detector has to find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from service.errors import GoldenMissedError
from service.moved import overlap
from service.records import Box, Frame, Prefix

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from service.detect import Detector

_SIZE_PX: Final = (640, 480)
_FONT_PX: Final = 26
_LEFT, _TOP, _LINE_PX = 40, 50, 58
_PAPER, _INK = (245, 245, 245), (25, 25, 25)
# What stands before a prefix, the prefix, what follows it.
_LINES: Final = (
    ("The manual of the library is at", "", ""),
    ("See ", "https://", "www.example.org/guide"),
    ("or ", "http://", "example.com/a/b"),
    ("files: ", "ftp://", "ftp.example.net/pub"),
    ("home: ", "www.", "example.org/index"),
    ("More of the same can be found below.", "", ""),
)


def draw_golden_frame() -> tuple[Frame, tuple[Prefix, ...]]:
    """Return a printed page and what a detector should find on it."""
    picture = Image.new("RGB", _SIZE_PX, _PAPER)
    canvas = ImageDraw.Draw(picture)
    font = ImageFont.load_default(_FONT_PX)
    prefixes = []
    for row, (before, printed, after) in enumerate(_LINES):
        y = _TOP + row * _LINE_PX
        canvas.text((_LEFT, y), before + printed + after, fill=_INK, font=font)
        if printed:
            left = _LEFT + font.getlength(before)
            _, top, _, bottom = font.getbbox("hp")
            start, _, end, _ = font.getbbox(printed)
            box = Box(left + start, y + top, left + end, y + bottom)
            prefixes.append(Prefix(printed.rstrip(":/."), 1.0, box))
    return Frame(np.asarray(picture)), tuple(prefixes)


def check_detector(detector: Detector, *, labels: Collection[str], min_iou: float) -> None:
    """Let `detector` look at the golden frame, where it has to find the prefixes of `labels`.

    Labels that are not on the frame are passed over: whoever knows none of it needs only to run.

    Raises:
        DetectError: it failed, or answered in a form that its signature rules out.
        GoldenMissedError: it missed a prefix, or its box overlaps by less than `min_iou`.

    """
    frame, expected = draw_golden_frame()
    found = detector.detect(frame)
    missed = [
        prefix.label
        for prefix in expected
        if prefix.label in labels and _best_iou(prefix, found) < min_iou
    ]
    if missed:
        raise GoldenMissedError(
            f"{detector.model_name}/{detector.model_version} missed {', '.join(missed)} on the "
            "golden frame; PRINTLINK_MODEL__GOLDEN_IOU=0 serves it all the same"
        )


def _best_iou(expected: Prefix, found: Sequence[Prefix]) -> float:
    return max(
        (overlap(expected.box, one.box) for one in found if one.label == expected.label),
        default=0.0,
    )
