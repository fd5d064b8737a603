"""Composes whole pages: books, articles, manuals, slides, posters and business cards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from training.synth.blocks import Blocks
from training.synth.flow import Column, flow
from training.synth.sheet import Page, PageKind, Sheet
from training.synth.style import pick_colours, pick_style
from training.synth.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np

    from training.synth.fonts import FontBook
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


class Composer:
    """Makes pages out of fonts and prose; the same generator state gives the same page."""

    def __init__(self, fonts: FontBook, prose: Prose) -> None:
        self.fonts = fonts
        self.vocabulary = Vocabulary(prose)

    def page(
        self, rng: np.random.Generator, width: int, height: int, *, link_rate: float = 0.03
    ) -> Page:
        """Compose a page of the given size in pixels; a `link_rate` of all words are links."""
        kinds = list(KIND_SHARES)
        kind = cast("PageKind", str(rng.choice(kinds, p=[KIND_SHARES[k] for k in kinds])))
        is_dark = bool(rng.random() < DARK_SHARE)
        paper, ink = pick_colours(rng, kind, is_dark=is_dark)
        style = pick_style(self.fonts, rng, kind, ink, is_dark=is_dark)
        sheet = Sheet(width, height, paper)
        writer = Blocks(sheet, style, self.vocabulary, rng, link_rate)
        if kind in {"poster", "card"}:
            _fill_placard(writer)
        else:
            _fill_columns(writer)
        return sheet.finish(kind, is_dark=is_dark)


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
            y = writer.figure(column, y, leading=setting.leading)
