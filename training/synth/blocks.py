"""The blocks a page is built of: paragraphs, lists, references, tables, code, figures, headings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from training.synth.figure import paint_figure
from training.synth.flow import Column, LinkWord, flow
from training.synth.fonts import measure_font
from training.synth.sheet import Run, Sheet, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.synth.flow import Setting
    from training.synth.style import PageStyle
    from training.synth.vocabulary import Vocabulary

# For every two links one thing that only looks like one.
LOOKALIKES_PER_LINK = 0.5
# Of the leading: how far letters reach below where the next block may start, at most.
_DESCENT = 0.3


class Blocks:
    """Writes one block after the other onto a sheet; every method returns the y below its block."""

    def __init__(
        self,
        sheet: Sheet,
        style: PageStyle,
        vocabulary: Vocabulary,
        rng: np.random.Generator,
        link_rate: float,
    ) -> None:
        self.sheet, self.style, self.rng = sheet, style, rng
        self.vocabulary = vocabulary
        self.link_rate = link_rate

    def block(self, column: Column, y: float) -> float:
        """Write a random block."""
        makers: dict[str, tuple[Callable[[Column, float], float], dict[str, float]]] = {
            "paragraph": (
                self.paragraph,
                {"book": 0.66, "article": 0.5, "manual": 0.36, "slide": 0.15},
            ),
            "heading": (self.heading, {"book": 0.08, "article": 0.1, "manual": 0.14, "slide": 0.2}),
            "items": (self.items, {"book": 0.06, "article": 0.06, "manual": 0.16, "slide": 0.45}),
            "references": (
                self.references,
                {"book": 0.08, "article": 0.2, "manual": 0.06, "slide": 0.05},
            ),
            "code": (self.code, {"book": 0.05, "article": 0.04, "manual": 0.14, "slide": 0.05}),
            "table": (self.table, {"book": 0.03, "article": 0.05, "manual": 0.09, "slide": 0.05}),
            "figure": (self.figure, {"book": 0.04, "article": 0.05, "manual": 0.05, "slide": 0.05}),
        }
        names = list(makers)
        shares = np.array([makers[name][1][self.style.kind] for name in names])
        name = str(self.rng.choice(names, p=shares / shares.sum()))
        below = makers[name][0](column, y)
        return below + self.style.setting.leading * float(self.rng.choice([0, 0.3, 0.8, 1.5]))

    def words(self, count: int) -> list[str | LinkWord]:
        """Return prose in which links and look-alikes are strewn."""
        words: list[str | LinkWord] = []
        for word in self.vocabulary.prose.run(self.rng, count):
            chance = self.rng.random()
            if chance < self.link_rate:
                words.append(self.vocabulary.link_word(self.rng))
            elif chance < self.link_rate * (1 + LOOKALIKES_PER_LINK):
                words.extend(self.vocabulary.lookalikes.words(self.rng))
            words.append(word)
        return words

    def placard_words(self) -> list[str | LinkWord]:
        """Return one line of a poster or card: a name, a number, an address, a link."""
        rng, prose = self.rng, self.vocabulary.prose
        kind = rng.random()
        if kind < min(0.5, self.link_rate * 18):
            before = (
                [str(rng.choice(["Web:", "Visit", "More:", "see", "Online:", "->"]))]
                if rng.random() < 0.3
                else []
            )
            return [*before, self.vocabulary.link_word(rng, longest=36)]
        if kind < 0.6:
            return list(prose.title(rng, int(rng.integers(1, 5))).split())
        if kind < 0.7:
            area, number = rng.integers(100, 999), rng.integers(10**4, 10**6)
            return ["Tel.", f"+{rng.integers(1, 99)}", str(area), str(number)]
        if kind < 0.82:
            return list(self.vocabulary.lookalikes.words(rng))
        return list(prose.run(rng, int(rng.integers(3, 12))))

    def header(self, margin: float) -> float:
        """Write a running head on some pages; return the y of the text block's top."""
        setting = self.style.setting
        if self.rng.random() < 0.4:
            words: list[str | LinkWord] = list(self.vocabulary.prose.title(self.rng, 4).split())
            if self.rng.random() < 4 * self.link_rate:
                words.append(self.vocabulary.link_word(self.rng, longest=40))
            column = Column(margin, 0, self.sheet.width - 2 * margin, margin + setting.leading)
            flow(self.sheet, column, margin * 0.4, words, setting)
        return margin + setting.leading

    def paragraph(self, column: Column, y: float) -> float:
        """Write running text."""
        indent = self.style.setting.body.size * 1.5 if self.rng.random() < 0.5 else 0.0
        count = int(self.rng.integers(15, 110))
        return flow(
            self.sheet, column, y, self.words(count), replace(self.style.setting, indent=indent)
        )

    def heading(self, column: Column, y: float) -> float:
        """Write a heading, larger and sometimes in colour; a link in it is rare but real."""
        body = self.style.setting.body
        scale = float(self.rng.uniform(1.1, 1.9))
        colour = self.style.accent if self.rng.random() < 0.4 else body.colour
        type_ = Type(self.style.heading, round(body.size * scale), colour)
        words: list[str | LinkWord] = list(
            self.vocabulary.prose.title(self.rng, int(self.rng.integers(1, 7))).split()
        )
        if self.rng.random() < self.link_rate:
            words.append(self.vocabulary.link_word(self.rng, longest=40))
        setting = replace(
            self.style.setting, body=type_, link=type_, leading=type_.size * 1.2, justified=False
        )
        return flow(self.sheet, column, y + body.size * 0.5, words, setting)

    def items(self, column: Column, y: float) -> float:
        """Write a bulleted or numbered list."""
        setting = self.style.setting
        hang = setting.body.size * 1.6
        inner = replace(column, left=column.left + hang, width=column.width - hang)
        mark = str(self.rng.choice(["•", "-", "*", "#", "–"]))
        for index in range(int(self.rng.integers(2, 7))):
            if y + setting.leading > column.bottom:
                break
            bullet = mark if mark != "#" else f"{index + 1}."
            self.sheet.set_run(
                column.left + hang * 0.2, y + setting.body.size * 0.95, Run(bullet, setting.body)
            )
            words = self.words(int(self.rng.integers(3, 18)))
            if self.rng.random() < 8 * self.link_rate:
                words.insert(
                    int(self.rng.integers(len(words) + 1)), self.vocabulary.link_word(self.rng)
                )
            y = flow(self.sheet, inner, y, words, replace(setting, justified=False))
        return y

    def references(self, column: Column, y: float) -> float:
        """Write footnotes or a bibliography: small type, numbers, a link in most entries."""
        setting = _scaled(self.style.setting, float(self.rng.uniform(0.72, 1.0)))
        self.sheet.draw.line(
            (column.left, y, column.left + column.width * 0.3, y), fill=setting.body.colour, width=1
        )
        y += setting.leading * 0.3
        for index in range(int(self.rng.integers(1, 6))):
            if y + setting.leading > column.bottom:
                break
            number = str(self.rng.choice([f"{index + 1}", f"[{index + 1}]", f"{index + 1}."]))
            words: list[str | LinkWord] = [number, *self.words(int(self.rng.integers(0, 22)))]
            if self.rng.random() < 20 * self.link_rate:
                words.append(self.vocabulary.link_word(self.rng))
            if self.rng.random() < 0.3:
                words += [
                    "(accessed",
                    f"{self.rng.integers(1, 29)}",
                    "May",
                    f"{self.rng.integers(1998, 2027)}).",
                ]
            y = flow(self.sheet, column, y, words, setting)
        return y

    def table(self, column: Column, y: float) -> float:
        """Write a table with rules; some cells hold links."""
        setting = _scaled(self.style.setting, 0.9)
        shares = self.rng.dirichlet([3.0, 5.0] if self.rng.random() < 0.6 else [3.0, 3.0, 4.0])
        ruled = bool(self.rng.random() < 0.6)
        for _ in range(int(self.rng.integers(2, 8))):
            if y + setting.leading > column.bottom:
                break
            left, below = column.left, y
            for share in shares:
                cell = Column(left + 4, y, column.width * float(share) - 8, column.bottom)
                below = max(
                    below,
                    flow(self.sheet, cell, y, self._cell(), replace(setting, justified=False)),
                )
                if ruled:
                    self.sheet.draw.line((left, y, left, below), fill=setting.body.colour, width=1)
                left += column.width * float(share)
            y = below + 3
            if ruled or self.rng.random() < 0.3:
                self.sheet.draw.line(
                    (column.left, y, column.left + column.width, y),
                    fill=setting.body.colour,
                    width=1,
                )
        return y

    def _cell(self) -> list[str | LinkWord]:
        if self.rng.random() < 6 * self.link_rate:
            return [self.vocabulary.link_word(self.rng, longest=50)]
        return self.words(int(self.rng.integers(1, 7)))

    def code(self, column: Column, y: float) -> float:
        """Write lines of code or shell in mono, on a tinted ground on some pages."""
        body = self.style.setting.body
        size = round(
            100 * body.x_height * 0.95 / max(1.0, measure_font(self.style.mono.path, 100).x_height)
        )
        type_ = Type(self.style.mono, max(6, size), body.colour)
        setting = replace(
            self.style.setting,
            body=type_,
            link=replace(type_, colour=self.style.setting.link.colour),
            leading=type_.size * 1.2,
            justified=False,
        )
        lines = int(self.rng.integers(2, 9))
        if self.rng.random() < 0.5:
            shade = tuple(int(0.93 * v + 8) for v in self.sheet.paper)
            self.sheet.draw.rectangle(
                (
                    column.left,
                    y,
                    column.left + column.width,
                    min(column.bottom, y + lines * setting.leading),
                ),
                fill=shade,
            )
        for _ in range(lines):
            if y + setting.leading > column.bottom:
                break
            y = flow(self.sheet, column, y, self._code_line(), setting)
        return y

    def _code_line(self) -> list[str | LinkWord]:
        rng, prose = self.rng, self.vocabulary.prose
        start = str(
            rng.choice(
                [
                    "$",
                    "//",
                    "#",
                    "",
                    "",
                    "    ",
                    ">>>",
                    "curl",
                    "git clone",
                    "/*",
                    "wget -q",
                    "import",
                    "let x =",
                ]
            )
        )
        words: list[str | LinkWord] = [*start.split()]
        if rng.random() < 8 * self.link_rate:
            words.append(self.vocabulary.link_word(rng, longest=60))
        if rng.random() < 0.4:
            words.extend(self.vocabulary.lookalikes.words(rng))
        return [
            *words,
            *(
                prose.word(rng) + str(rng.choice(["()", ";", "", " =", ":", "::x"]))
                for _ in range(int(rng.integers(0, 5)))
            ),
        ]

    def figure(self, column: Column, y: float, *, leading: float | None = None) -> float:
        """Paste a picture: a photograph-like blur, a chart or a code square.

        The line above has this `leading`, the style's own if None; its descenders stay clear.
        """
        y += _DESCENT * (leading or self.style.setting.leading)
        width = int(column.width * float(self.rng.uniform(0.3, 1.0)))
        height = int(min(width * float(self.rng.uniform(0.3, 0.9)), column.bottom - y))
        if width < 16 or height < 16:
            return column.bottom
        pixels = paint_figure(self.rng, width, height)
        self.sheet.image.paste(Image.fromarray(pixels), (int(column.left), int(y)))
        return y + height + self.style.setting.leading * 0.5


def _scaled(setting: Setting, scale: float) -> Setting:
    body = replace(setting.body, size=max(6, round(setting.body.size * scale)))
    link = replace(setting.link, size=max(6, round(setting.link.size * scale)))
    return replace(setting, body=body, link=link, leading=setting.leading * scale)
