"""Composes whole pages: books, articles, manuals, slides, posters and business cards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from training.synth.blocks import Blocks
from training.synth.flow import Column, LinkWord, Setting, flow
from training.synth.fonts import FontBook, measure_font
from training.synth.sheet import Colour, Page, PageKind, Sheet, Type
from training.synth.urls import LinkGrammar, Lookalikes, pick_scheme

if TYPE_CHECKING:
    from training.synth.fonts import Face
    from training.synth.prose import Prose

KIND_SHARES: dict[PageKind, float] = {
    "book": 0.28,
    "article": 0.22,
    "manual": 0.24,
    "slide": 0.10,
    "poster": 0.08,
    "card": 0.08,
}
DARK_SHARE = 0.12
# x-heights of the body text in page pixels, smallest and largest, by kind of page
X_HEIGHTS: dict[PageKind, tuple[float, float]] = {
    "book": (10, 26),
    "article": (9, 20),
    "manual": (9, 22),
    "slide": (14, 34),
    "poster": (14, 44),
    "card": (12, 34),
}


@dataclass(frozen=True, slots=True)
class PageStyle:
    """What all blocks of one page share."""

    kind: PageKind
    setting: Setting
    mono: Face
    heading: Face
    accent: Colour
    margin: float


class Composer:
    """Makes pages out of fonts and prose; the same generator state gives the same page."""

    def __init__(self, fonts: FontBook, prose: Prose) -> None:
        self.fonts = fonts
        self.prose = prose
        self.grammar = LinkGrammar(prose)
        self.lookalikes = Lookalikes(prose)

    def page(
        self, rng: np.random.Generator, width: int, height: int, *, link_rate: float = 0.03
    ) -> Page:
        """Compose a page of the given size in pixels; a `link_rate` of all words are links."""
        kinds = list(KIND_SHARES)
        kind = cast("PageKind", str(rng.choice(kinds, p=[KIND_SHARES[k] for k in kinds])))
        is_dark = bool(rng.random() < DARK_SHARE)
        paper, ink = _colours(rng, kind, is_dark=is_dark)
        style = self._style(rng, kind, ink, is_dark=is_dark)
        sheet = Sheet(width, height, paper)
        writer = Blocks(sheet, style, self, rng, link_rate)
        if kind in {"poster", "card"}:
            _fill_placard(writer)
        else:
            _fill_columns(writer)
        return sheet.finish(kind, is_dark=is_dark)

    def link_word(self, rng: np.random.Generator, *, longest: int = 90) -> LinkWord:
        """Return a link with the brackets, quotes or full stop that touch it in print."""
        label = pick_scheme(rng)
        url = self.grammar.link(rng, label, longest=longest)
        pairs = (
            ("", ""),
            ("", "."),
            ("", ","),
            ("(", ")"),
            ("(", ")."),
            ("<", ">"),
            ("[", "]"),
            ('"', '"'),
            ("", ";"),
            ("'", "'"),
        )
        before, after = pairs[
            int(
                rng.choice(
                    len(pairs), p=[0.5, 0.11, 0.05, 0.11, 0.05, 0.07, 0.03, 0.04, 0.02, 0.02]
                )
            )
        ]
        return LinkWord(label, url, before, after)

    def _style(
        self, rng: np.random.Generator, kind: PageKind, ink: Colour, *, is_dark: bool
    ) -> PageStyle:
        family = self.fonts.pick_family(rng)
        face = _pick_style(rng, family)
        low, high = X_HEIGHTS[kind]
        x_height = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        body = Type(face, size_for(face, x_height), ink)
        mono = self.fonts.pick_mono(rng)
        setting = Setting(
            body=body,
            link=self._link_type(rng, body, family, mono, is_dark=is_dark),
            leading=body.size * float(rng.uniform(1.08, 1.55)),
            justified=bool(rng.random() < (0.8 if kind in {"book", "article"} else 0.25)),
            breaks_anywhere=bool(rng.random() < 0.2),
            breaks_links=bool(rng.random() < 0.85),
        )
        heading = _pick_style(rng, self.fonts.pick_family(rng) if rng.random() < 0.5 else family)
        margin = float(rng.uniform(0.03, 0.12))
        return PageStyle(kind, setting, mono, heading, _accent(rng, is_dark=is_dark), margin)

    def _link_type(
        self, rng: np.random.Generator, body: Type, family: list[Face], mono: Face, *, is_dark: bool
    ) -> Type:
        """Links stand out on most pages: in mono, in colour, underlined, slanted, or not at all."""
        look = rng.random()
        if look < 0.3:
            face = mono
        elif look < 0.5:
            face = family[int(rng.integers(len(family)))]
        else:
            face = body.face
        size = size_for(face, body.x_height * float(rng.uniform(0.85, 1.02)))
        colour = _accent(rng, is_dark=is_dark) if rng.random() < 0.4 else body.colour
        return Type(face, size, colour, underline=bool(rng.random() < 0.18))


def size_for(face: Face, x_height: float) -> int:
    """Return the size in pixels an em at which `face` has the given x-height."""
    return max(6, round(100 * x_height / max(1.0, measure_font(face.path, 100).x_height)))


def _pick_style(rng: np.random.Generator, family: list[Face]) -> Face:
    plain = [face for face in family if not face.is_italic and not face.is_bold]
    faces = plain if plain and rng.random() < 0.75 else family
    return faces[int(rng.integers(len(faces)))]


def _colours(rng: np.random.Generator, kind: PageKind, *, is_dark: bool) -> tuple[Colour, Colour]:
    if is_dark:
        paper, ink = rng.integers(0, 75, 3), rng.integers(170, 256, 3)
    elif kind in {"slide", "poster", "card"} and rng.random() < 0.4:
        paper, ink = rng.integers(165, 256, 3), rng.integers(0, 80, 3)
    else:
        paper, ink = (
            rng.integers(222, 256) + rng.integers(-8, 1, 3),
            np.full(3, rng.integers(0, 85)),
        )
    return _rgb(paper), _rgb(ink)


def _accent(rng: np.random.Generator, *, is_dark: bool) -> Colour:
    strong, weak = (120, 256), (60, 200)
    base = [
        rng.integers(*strong) if k == rng.integers(3) else rng.integers(*weak) for k in range(3)
    ]
    colour = np.array(base)
    return _rgb(colour + 55 if is_dark else colour * rng.uniform(0.3, 0.95))


def _rgb(values: np.ndarray) -> Colour:
    red, green, blue = (int(v) for v in np.clip(values, 0, 255))
    return red, green, blue


def _fill_columns(writer: Blocks) -> None:
    sheet, style, rng = writer.sheet, writer.style, writer.rng
    margin = style.margin * sheet.width
    count = int(rng.choice([1, 2, 3], p=[0.25, 0.7, 0.05])) if style.kind == "article" else 1
    gutter = sheet.width * float(rng.uniform(0.02, 0.05))
    width = (sheet.width - 2 * margin - (count - 1) * gutter) / count
    top, bottom = writer.header(margin), sheet.height - margin * float(rng.uniform(0.8, 1.4))
    for index in range(count):
        column = Column(margin + index * (width + gutter), top, width, bottom)
        y = top
        while y < bottom - style.setting.leading:
            y = writer.block(column, y)


def _fill_placard(writer: Blocks) -> None:
    """A poster or card: few lines, large and small, in one or several groups."""
    sheet, style, rng = writer.sheet, writer.style, writer.rng
    margin = style.margin * sheet.width
    column = Column(margin, margin, sheet.width - 2 * margin, sheet.height - margin)
    y = column.top + float(rng.uniform(0, 0.1)) * sheet.height
    centred = bool(rng.random() < 0.5)
    while y < column.bottom - style.setting.leading:
        scale = float(rng.choice([1.0, 1.0, 1.0, 1.5, 2.2]))
        words = writer.placard_words()
        body = replace(style.setting.body, size=round(style.setting.body.size * scale))
        link = replace(style.setting.link, size=round(style.setting.link.size * scale))
        setting = replace(
            style.setting,
            body=body,
            link=link,
            leading=style.setting.leading * scale,
            centred=centred,
            justified=False,
        )
        y = (
            flow(sheet, column, y, words, setting)
            + float(rng.uniform(0, 2.5)) * style.setting.leading
        )
        if rng.random() < 0.12:
            y = writer.figure(column, y)
