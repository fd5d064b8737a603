"""Wrapped links: where the next line of a column starts, and whether a link goes on there.

A false join opens a wrong page, a missed one a shortened one: without evidence nothing is joined.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from service.band import LINE_PX, cut_band
from service.baseline import is_inside, trace_course
from service.columns import find_gutter
from service.repair import FILE_ENDINGS
from service.scheme import PRINTED
from service.tilt import LineStart

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.baseline import Course
    from service.ink import Grey

# Whole rows of a band.
_PITCH_RATIOS: Final = np.rint(np.arange(0.85, 2.0, 0.1) * LINE_PX) / LINE_PX
_PROBES: Final = (0.75, 2.0, 3.5, 6.0)
_MAX_LEFT_RATIO = 100.0
_MIN_MATCH = 0.25
_MAX_MISS = 0.06

_HOST_END = re.compile(r"[/?#:]")
_ALWAYS_OPEN: Final = frozenset("_?&=#%~+@-")
_JOINTS: Final = frozenset("/.")
_CONTINUING: Final = frozenset("/?&=#_~%.-")
_ABBREVIATIONS: Final = frozenset(("e.g", "i.e", "and/or", "w.r.t", "a.k.a", "cf", "etc", "vs"))
_URL_SHAPE = re.compile(r"\w[/._?=&#~%]\w|[a-z][A-Z]")
_URL_PART = re.compile(r"(?:^[/.?#&_~]|\w[/._?=&#~%])\w")
_FOLDER = re.compile(r"\w+/")
_SCHEME_LIKE = re.compile(r"\w{2,6}://")
_CLOSING_MARKS: Final = ".,;:!?'\"”’)]>"


# How often such links were whole on 200 generated pages (12, 20 and 34 of them): a link is broken
# behind a slash, and what looks like a part of it below mostly is one, however badly it is read.
_ENDS_ABOVE_PART: Final = 0.1
_ENDS_WITH_SLASH: Final = 0.55
_ENDS_WITH_WORD: Final = 0.94


def find_next_line(grey: Grey, course: Course, *, stop_gap_ratio: float) -> LineStart | None:
    """Return the left end of the line below `course` in the same column, None if there is none.

    `course` starts somewhere in its line; the column's left edge is at the next gutter, or where
    the line's own ink starts.
    """
    # Rightwards in the mirrored frame is leftwards.
    mirrored = np.asarray(cv2.flip(grey, 1), dtype=np.uint8)
    gutter = find_gutter(grey, course.start, least_contrast=course.least_contrast)

    def trace_left(place: LineStart) -> LineStart:
        most = gutter.distance_from(place) if gutter else _MAX_LEFT_RATIO * place.height
        back = trace_course(
            mirrored,
            _mirror(place, grey),
            # No word space parts a line from its column's left edge.
            stop_gap_ratio=math.inf if gutter else stop_gap_ratio,
            max_ratio=most / place.height,
            least_contrast=course.least_contrast,
        )
        return _mirror(back.start_at(min(most, float(back.along[-1]))), grey)

    left = trace_left(course.start)
    for probe in _PROBES:
        place = _move(left, along=probe * left.height)
        below = _step_down(grey, place, least_contrast=course.least_contrast)
        if below is not None:
            return trace_left(below)
    return None


def may_go_on(first: str, beginning: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link that ends its line as `first` may go on in a line that begins so.

    It is what `is_continued` can tell before all of the next line's first word is known.
    """
    if not beginning or _lacks_host(first, is_host):
        return bool(beginning)
    if beginning[0].isalnum():
        return first[-1] in _ALWAYS_OPEN | _JOINTS
    return first[-1].isalnum() and beginning[0] in _CONTINUING


def is_continued(first: str, token: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether a link that ends its line as `first` goes on with the next line's `token`.

    `first` has no spaces and starts with its scheme; `token` is the next line's first word.
    """
    bare = token.rstrip(_CLOSING_MARKS)
    if not bare or "@" in token or _starts_a_link(token):
        return False
    if _lacks_host(first, is_host):
        rest = first.partition("://")[2]
        host = rest + _HOST_END.split(token)[0]
        return is_host(host.rstrip(_CLOSING_MARKS)) or (host == rest + token and host[-1] in "-.")
    if not bare[0].isalnum():
        follows = bare[1:2].isalnum() or bare.startswith("/~")
        return first[-1].isalnum() and bare[0] in _CONTINUING and follows
    if first[-1] in _ALWAYS_OPEN:
        return True
    return first[-1] in _JOINTS and _looks_like_url(token, bare, first)


def _lacks_host(first: str, is_host: Callable[[str], bool]) -> bool:
    """Tell whether the host of a link is not at its end yet."""
    rest = first.partition("://")[2]
    return not _HOST_END.search(rest) and not is_host(rest.rstrip("."))


def rate_end(first: str, token: str) -> float:
    """Return how likely a link that ends its line as `first` ends with it.

    The next line's first word is `token`, and the link was not joined with it.
    """
    # One character alone is a list's bullet, however it was read, or a word; no link goes on so.
    if first.endswith(".") or len(token) == 1 or _starts_a_link(token):
        return 1.0
    bare = token.rstrip(_CLOSING_MARKS)
    if _URL_PART.search(bare) and "@" not in bare and _is_worded(bare):
        return _ENDS_ABOVE_PART
    return _ENDS_WITH_SLASH if first.endswith("/") else _ENDS_WITH_WORD


def is_unfinished(text: str) -> bool:
    """Tell whether a link cannot end as `text` does."""
    return text[-1] in _ALWAYS_OPEN


def _looks_like_url(token: str, bare: str, first: str) -> bool:
    if not _is_worded(bare):
        return False
    if ")" in token and "(" not in first + token:
        return True
    if first[-1] == "/" and _FOLDER.fullmatch(bare):
        return True
    return bare in FILE_ENDINGS or _URL_SHAPE.search(bare) is not None


def _is_worded(bare: str) -> bool:
    """Tell whether a word is no number and no abbreviation that looks like a part of a link."""
    return bare.lower() not in _ABBREVIATIONS and re.search("[A-Za-z]", bare) is not None


def _starts_a_link(token: str) -> bool:
    start = token.lower().lstrip("(<[")
    # However its scheme was read, nothing but a link has these marks right behind its first word.
    return _SCHEME_LIKE.match(start) is not None or any(
        start.startswith(printed[:4]) for printed in PRINTED.values()
    )


def _mirror(place: LineStart, grey: Grey) -> LineStart:
    return LineStart(grey.shape[1] - 1 - place.x, place.y, -place.angle, place.height)


def _move(start: LineStart, *, along: float = 0.0, below: float = 0.0) -> LineStart:
    cos, sin = np.cos(start.angle), np.sin(start.angle)
    x = start.x + along * cos - below * sin
    y = start.y + along * sin + below * cos
    return start._replace(x=float(x), y=float(y))


def _step_down(grey: Grey, place: LineStart, *, least_contrast: float) -> LineStart | None:
    """Return the place one line below, None where no ink follows within two line heights."""
    band = cut_band(grey, place, below_ratio=float(_PITCH_RATIOS[-1]))
    looks = band.look_down(_PITCH_RATIOS, least_contrast=least_contrast)
    for step, ratio in enumerate(_PITCH_RATIOS):
        below = _move(place, below=ratio * place.height)
        seen = looks.at(step) if is_inside(grey, below) else None
        if seen is None:
            return None
        if seen.weight > _MIN_MATCH and abs(seen.shift) < _MAX_MISS and seen.has_ink:
            return _move(below, below=seen.shift * place.height)
    return None
