"""The source of training strips: a text is set, photographed and cut out like the service does."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from training.reader.cut import Slips, cut_strip, trim_view
from training.reader.ground import vary_ground
from training.reader.texts import TextMaker
from training.reader.typeset import Typesetter
from training.synth.camera import expose, show_through
from training.synth.fonts import FONT_FOLDERS, FontBook, scan_fonts, split_fonts
from training.synth.geometry import random_curl, random_view
from training.synth.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from training.reader.cut import Cut
    from training.reader.typeset import SetLine
    from training.synth.fonts import Face

# Most print in a frame is small, and small print is what is hard.
COMMON_X_HEIGHTS = (6.0, 12.0)
X_HEIGHTS = (5.0, 22.0)
_COMMON_SHARE = 0.65
_PHOTOGRAPHS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A strip to be read: `pixels` uint8 [44, W], dark on light.

    `centres` float32 [characters] are the columns of the middles of the text's characters,
    `x_height` is that of the type in the photograph, in pixels.
    """

    pixels: NDArray[np.uint8]
    text: str
    centres: NDArray[np.float32]
    x_height: float


@dataclass(frozen=True, eq=False)
class StripSource:
    """Makes strips of one split's typefaces; what it needs is loaded where it is first used."""

    split: str = "train"
    faces: tuple[Face, ...] = field(default=(), repr=False)
    make_texts: Callable[[Prose], TextMaker] = TextMaker

    @classmethod
    def scan(
        cls,
        split: str,
        *,
        more_fonts: Iterable[Path] = (),
        make_texts: Callable[[Prose], TextMaker] = TextMaker,
    ) -> StripSource:
        """Look for the typefaces now, so that the workers need not do it each.

        Those in the folders `more_fonts` are added to the machine's own.
        """
        faces = split_fonts(scan_fonts((*FONT_FOLDERS, *more_fonts)), split)
        return cls(split, tuple(faces), make_texts)

    @cached_property
    def _makers(self) -> tuple[TextMaker, Typesetter]:
        prose = Prose.load()
        return self.make_texts(prose), Typesetter(FontBook(self.faces), prose)

    def sample(self, rng: np.random.Generator, *, hardness: float = 1.0) -> list[Strip]:
        """Return strips of one printed line; `hardness` 0 is short, large and clear, 1 as in print.

        What is costly is setting the type, so that each line is photographed twice.
        """
        texts, typesetter = self._makers
        least = X_HEIGHTS[0] + 9.0 * (1.0 - hardness)
        x_heights = [max(_pick_x_height(rng), least) for _ in range(_PHOTOGRAPHS)]
        text = texts.make(rng, hardness=hardness)
        line = typesetter.set_line(
            text,
            rng,
            x_height=max(x_heights) * float(rng.uniform(1.0, 1.5)),
            crowded=bool(rng.random() < hardness),
        )
        strips = []
        for x_height in x_heights:
            strength = float(rng.beta(1.2, 1.1)) * hardness
            cut = photograph_line(line, rng, x_height=x_height, strength=strength)
            pixels = vary_ground(cut.pixels, rng)
            strips.append(Strip(pixels, text.target, cut.centres, x_height))
        return strips


def photograph_line(
    line: SetLine, rng: np.random.Generator, *, x_height: float, strength: float
) -> Cut:
    """Photograph the page of `line`, its type `x_height` pixels high, and cut the line out."""
    width = line.pixels.shape[1]
    curl = random_curl(rng, width, strength=strength) if rng.random() < 0.2 else None
    view, size = trim_view(
        random_view(
            rng,
            anchor=(width / 2, line.middle),
            target=(0.0, 0.0),
            scale=x_height / line.x_height,
            strength=strength,
            curl=curl,
        ),
        line,
    )
    paper = int(line.pixels[0, 0])
    picture = view.photograph(line.pixels, *size, desk=(paper,))
    if rng.random() < 0.1:
        picture = show_through(picture, picture[::-1], rng)
    picture = expose(picture, rng, x_height=x_height, strength=strength)
    if line.is_dark:
        picture = 255 - picture
    return cut_strip(picture, line, view, Slips.draw(rng, is_underlined=line.is_underlined))


def _pick_x_height(rng: np.random.Generator) -> float:
    low, high = COMMON_X_HEIGHTS if rng.random() < _COMMON_SHARE else X_HEIGHTS
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
