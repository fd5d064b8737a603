"""A sheet to set type on: runs of text, and links whose places are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from training.synth.fonts import Face, load_font, measure_font
from training.synth.urls import PREFIXES

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]
# As many as the longest prefix has.
DECOY_CHARACTERS = 8
# Of the leading: how far below a block's last line another block may start as if it went on.
_NEXT_LINE_RATIO = 1.5
PageKind = Literal["book", "article", "manual", "slide", "poster", "card"]


@dataclass(frozen=True, slots=True, eq=False)
class PageLink:
    """One printed link in page pixels; quads are float32 [4, 2] (x, y), clockwise from top left.

    The quads span from the top of `h` to the bottom of `p`; `prefix` holds the prefix alone,
    `lines` the whole link, one quad per printed line. Where a link ends its line, `following` is
    the next line's first word, if there is one: only that tells where the link ends. A link that
    `is_cut` ends with its column, before all of it was set.
    """

    label: str
    url: str
    x_height: float
    prefix: NDArray[np.float32]
    lines: tuple[NDArray[np.float32], ...]
    is_cut: bool = False
    following: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A flat page: `pixels` is uint8 RGB [height, width, 3]."""

    pixels: NDArray[np.uint8]
    links: tuple[PageLink, ...]
    kind: str
    is_dark: bool
    decoys: tuple[Decoy, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Decoy:
    """Where a look-alike starts: float32 [4, 2] of its first characters, as in `PageLink`."""

    x_height: float
    quad: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Type:
    """How a run of text is set."""

    face: Face
    size: int
    colour: Colour
    underline: bool = False

    @property
    def font(self) -> FreeTypeFont:
        """The loaded font."""
        return load_font(self.face.path, self.size)

    @property
    def x_height(self) -> float:
        """Height of `x` in pixels."""
        return measure_font(self.face.path, self.size).x_height

    def width(self, text: str) -> float:
        """Advance width of `text` in pixels."""
        return float(self.font.getlength(text))


@dataclass(slots=True, eq=False)
class OpenLink:
    """A link being set: its lines are gathered until all of it stands."""

    label: str
    url: str
    prefix: NDArray[np.float32] | None = None
    x_height: float = 0.0
    characters: int = 0
    lines: list[NDArray[np.float32]] = field(default_factory=list)
    following: NDArray[np.float32] | None = None


class Ending(NamedTuple):
    """A link that a block of text ends with, where that one's last line starts, and its leading.

    All in page pixels.
    """

    link: OpenLink
    left: float
    baseline: float
    leading: float


@dataclass(frozen=True, slots=True)
class Run:
    """Text set without a break; `link` spans characters `start` to `stop` of it."""

    text: str
    type: Type
    link: OpenLink | None = None
    start: int = 0
    stop: int = 0
    is_lookalike: bool = False

    @property
    def width(self) -> float:
        """Advance width in pixels."""
        return self.type.width(self.text)

    @property
    def ended_link(self) -> OpenLink | None:
        """The link that ends where the run does, without a mark behind it."""
        is_end = self.link is not None and self.stop == len(self.text)
        return self.link if is_end else None

    def quad_at(self, x: float, baseline: float) -> NDArray[np.float32]:
        """Return where it stands if it is set from (x, baseline) to the right."""
        return _quad(self.text, x, baseline, self.type)


class Sheet:
    """A page being composed."""

    def __init__(self, width: int, height: int, paper: Colour) -> None:
        self.width, self.height, self.paper = width, height, paper
        self.image = Image.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.open_links: list[OpenLink] = []
        self.decoys: list[Decoy] = []
        self.ended_links: list[Ending] = []

    def set_run(self, x: float, baseline: float, run: Run) -> None:
        """Draw a run from (x, baseline) to the right and note where its link stands."""
        type_ = run.type
        self.draw.text((x, baseline), run.text, font=type_.font, fill=type_.colour, anchor="ls")
        if run.is_lookalike:
            self._note_decoy(run.text[:DECOY_CHARACTERS], x, baseline, type_)
        if run.link is None:
            return
        left = x + type_.width(run.text[: run.start])
        right = x + type_.width(run.text[: run.stop])
        if type_.underline:
            y = baseline + max(2.0, type_.size * 0.11)
            self.draw.line(
                (left, y, right, y), fill=type_.colour, width=max(1, round(type_.size * 0.05))
            )
        self._note(run.link, run.text[run.start : run.stop], left, baseline, type_)

    def note_following(self, first: Run, x: float, baseline: float) -> None:
        """Note that a block starts at (x, baseline) with `first`, for a link that ends above it."""
        for link, left, above, leading in self.ended_links:
            is_next_line = 0 < baseline - above < _NEXT_LINE_RATIO * leading
            if is_next_line and abs(x - left) < leading:
                link.following = first.quad_at(x, baseline)

    def finish(self, kind: str, *, is_dark: bool) -> Page:
        """Return the composed page."""
        links = tuple(
            PageLink(
                link.label,
                link.url,
                link.x_height,
                link.prefix,
                tuple(link.lines),
                is_cut=link.characters < len(link.url),
                following=link.following,
            )
            for link in self.open_links
            if link.prefix is not None
        )
        return Page(np.asarray(self.image), links, kind, is_dark, tuple(self.decoys))

    def _note(self, link: OpenLink, text: str, x: float, baseline: float, type_: Type) -> None:
        if link.prefix is None:
            link.prefix = _quad(text[: len(PREFIXES[link.label])], x, baseline, type_)
            link.x_height = type_.x_height
            self.open_links.append(link)
        link.lines.append(_quad(text, x, baseline, type_))
        link.characters += len(text)

    def _note_decoy(self, text: str, x: float, baseline: float, type_: Type) -> None:
        self.decoys.append(Decoy(type_.x_height, _quad(text, x, baseline, type_)))


def _quad(text: str, x: float, baseline: float, type_: Type) -> NDArray[np.float32]:
    metrics = measure_font(type_.face.path, type_.size)
    left, _, right, _ = type_.font.getbbox(text, anchor="ls")
    top, bottom = baseline - metrics.ascender, baseline + metrics.descender
    corners = ((x + left, top), (x + right, top), (x + right, bottom), (x + left, bottom))
    return np.array(corners, np.float32)


def break_points(url: str, label: str, *, anywhere: bool) -> list[int]:
    """Return the indices at which a link may go on to the next line, never inside its prefix.

    Typographers break after `//` and around punctuation (Chicago Manual of Style, 7.46); software
    also breaks anywhere.
    """
    first = len(PREFIXES[label])
    if anywhere:
        return list(range(first, len(url)))
    marks = "/.-_?&=%#~:"
    return [k for k in range(first, len(url)) if url[k - 1] in marks or url[k] in marks]
