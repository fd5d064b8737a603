"""The frozen records that the stages hand on to each other; `service.pipeline` has their order.

All coordinates are pixels of the upright frame, origin at its top left corner, x to the right,
y down. A polygon runs along the top edge from left to right in reading direction, then back along
the bottom edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


class Point(NamedTuple):
    """A place in the frame."""

    x: float
    y: float


Polygon = tuple[Point, ...]


class Box(NamedTuple):
    """An upright rectangle; `right` and `bottom` lie outside, so that `width = right - left`."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Horizontal extent in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Vertical extent in pixels."""
        return self.bottom - self.top

    @classmethod
    def around(cls, points: Polygon) -> Box:
        """Return the smallest box that holds every point."""
        xs = [point.x for point in points]
        ys = [point.y for point in points]
        return cls(min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture, EXIF orientation applied.

    `pixels` is uint8: grey [height, width], or RGB [height, width, 3] for whoever needs colours.
    """

    pixels: Pixels

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Prefix:
    """The start of a printed link as the detector sees it: `https://`, `www.`, ...

    The box spans from the top of the line's ascenders to the bottom of its descenders. `label` is
    one of the label map's names, `score` is in 0..1.
    """

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One text line, cut from the full-resolution frame and rectified, ready for a reader.

    `pixels` is uint8 grey [height, width], dark text on a light, flat ground. `polygon` says where
    the strip lies in the frame.
    """

    pixels: Pixels
    polygon: Polygon


class Alternative(NamedTuple):
    """Another reading of `span` characters from the one that has it: `text`, which may be empty.

    `confidence` is in 0..1; together with what was read they add up to 1 at most.
    """

    text: str
    confidence: float
    span: int = 1


class Symbol(NamedTuple):
    """One character as read: `left` and `right` in strip pixels, `confidence` in 0..1."""

    text: str
    confidence: float
    left: float
    right: float
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """What a reader made of one strip, spaces included; empty where it read nothing.

    `parts_words` says that the reader learnt where words end and links go on; the spaces of another
    one are gaps, which links may have inside.
    """

    text: str
    confidence: float
    symbols: tuple[Symbol, ...] = ()
    parts_words: bool = False


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One printed line of a link."""

    polygon: Polygon
    text: str


@dataclass(frozen=True, slots=True)
class Host:
    """Facts about a link's host that help a person to decide whether to open it."""

    registrable: str | None
    punycode: str | None
    mixed_script: bool
    is_ip: bool = False
    has_credentials: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """One change between what was read and the URL that is given."""

    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class OtherUrl:
    """What a link may be instead, and how likely that is; `reason` says where it comes from."""

    url: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """One printed link: `url` is what to open, `raw` what was read before any repair.

    `alternatives` are ranked, the likeliest first. `trust` is what is left of the confidence where
    the link may go on in a line that was not joined, or where its host is unknown; it is the same
    in each frame that shows what follows the link, as `is_end_seen` tells.
    """

    url: str
    raw: str
    scheme: str
    confidence: float
    box: Box
    polygon: Polygon
    lines: tuple[LinkLine, ...]
    prefix: Prefix
    host: Host
    repairs: tuple[Repair, ...] = ()
    alternatives: tuple[OtherUrl, ...] = ()
    trust: float = 1.0
    is_end_seen: bool = True


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds that a frame waits for each stage; `recognize_ms` includes expanding."""

    decode_ms: float
    detect_ms: float
    recognize_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The answer for one frame; `links` is in reading order (top to bottom, left to right)."""

    width: int
    height: int
    links: tuple[Link, ...]
    timings: Timings
    model_name: str = ""
    model_version: int = 0
    prefixes: tuple[Prefix, ...] = field(default=())
