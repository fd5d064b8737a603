"""A few lines of type: the line that is to be read between its neighbours, on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from training.reader.alphabet import SPACE
from training.synth.fonts import load_font, measure_font
from training.synth.page import size_for
from training.synth.sheet import Type

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

    from training.reader.texts import StripText
    from training.synth.fonts import Face, FontBook
    from training.synth.prose import Prose

_UNDERLINED_SHARE = 0.22


@dataclass(frozen=True, slots=True, eq=False)
class SetLine:
    """A page with one line to be read; `pixels` is uint8 [H, W], lengths are page pixels.

    `left` and `right` bound the ink to be read, `middle` is the y half way from ascender top to
    descender bottom and `height` the distance of the two. `centres` float32 [characters] are the
    x of the middles of the target's characters.
    """

    pixels: NDArray[np.uint8]
    left: float
    right: float
    middle: float
    height: float
    x_height: float
    leading: float
    centres: NDArray[np.float32]
    is_dark: bool
    is_underlined: bool = False


class Typesetter:
    """Sets lines in random faces on random paper."""

    def __init__(self, fonts: FontBook, prose: Prose) -> None:
        """Take the faces from `fonts` and what stands around the line from `prose`."""
        self._fonts, self._prose = fonts, prose

    def set_line(
        self, text: StripText, rng: np.random.Generator, *, x_height: float, crowded: bool
    ) -> SetLine:
        """Set `text` at `x_height` page pixels; a `crowded` line has neighbours."""
        face = self._pick_face(rng)
        paper, ink, is_dark = _pick_greys(rng)
        type_ = Type(face, max(6, size_for(face, x_height)), (ink, ink, ink))
        font, metrics = type_.font, measure_font(face.path, type_.size)
        leading = type_.size * float(rng.uniform(0.98, 1.55))
        left, baseline = 3.0 * type_.size, round(leading + 1.2 * type_.size)
        # Justified lines have wide spaces and narrow ones.
        space = type_.width(SPACE) * float(rng.choice([1.0, rng.uniform(0.6, 1.7)]))
        starts = _word_starts(text.words, font, left, space)
        right = starts[-1] + type_.width(text.words[-1])
        size = round(right + 3.0 * type_.size), round(baseline + leading + 0.8 * type_.size)
        image = Image.new("L", size, paper)
        draw = ImageDraw.Draw(image)
        for start, word in zip(starts, text.words, strict=True):
            draw.text((start, baseline), word, font=font, fill=ink, anchor="ls")
        if text.before:
            draw.text((left, baseline), text.before, font=font, fill=ink, anchor="rs")
        is_underlined = bool(rng.random() < _UNDERLINED_SHARE)
        if is_underlined:
            _underline(draw, rng, type_, (left, starts[0] + type_.width(text.words[0]), baseline))
        if crowded:
            self._set_neighbours(
                draw, rng, type_, baselines=(baseline - leading, baseline + leading)
            )
        return SetLine(
            pixels=np.asarray(image),
            left=left,
            right=right,
            middle=baseline + (metrics.descender - metrics.ascender) / 2,
            height=metrics.ascender + metrics.descender,
            x_height=metrics.x_height,
            leading=leading,
            centres=_find_centres(text.words, starts, face, type_),
            is_dark=is_dark,
            is_underlined=is_underlined,
        )

    def _pick_face(self, rng: np.random.Generator) -> Face:
        if rng.random() < 0.15:
            return self._fonts.pick_mono(rng)
        faces = self._fonts.pick_family(rng)
        plain = [face for face in faces if not face.is_italic and not face.is_bold]
        faces = plain if plain and rng.random() < 0.65 else faces
        return faces[int(rng.integers(len(faces)))]

    def _set_neighbours(
        self,
        draw: ImageDraw.ImageDraw,
        rng: np.random.Generator,
        type_: Type,
        *,
        baselines: tuple[float, float],
    ) -> None:
        """Write prose above and below: its ascenders and descenders reach into the strip."""
        width = draw.im.size[0]
        words = " ".join(self._prose.run(rng, int(width / (type_.size * 2.4)) + 2))
        # Drawn once and stamped twice: drawing letters is the dearest part of a strip.
        line = Image.new("L", (width + 2 * type_.size, round(1.6 * type_.size)))
        foot = round(1.15 * type_.size)
        ImageDraw.Draw(line).text((0, foot), words, font=type_.font, fill=255, anchor="ls")
        for baseline in baselines:
            if rng.random() < 0.8:
                at = round(float(rng.uniform(-2.0, 0.5)) * type_.size), round(baseline) - foot
                draw.bitmap(at, line, fill=type_.colour[0])


def _pick_greys(rng: np.random.Generator) -> tuple[int, int, bool]:
    """Return the greys of paper and ink, and whether the page is dark."""
    paper, ink = int(rng.integers(205, 256)), int(rng.integers(0, 70))
    if rng.random() < 0.25:
        ink = int(rng.integers(40, 145))
    is_dark = bool(rng.random() < 0.1)
    return (255 - paper, 255 - ink, True) if is_dark else (paper, ink, False)


def _word_starts(
    words: tuple[str, ...], font: FreeTypeFont, left: float, space: float
) -> list[float]:
    starts = [left]
    for word in words[:-1]:
        starts.append(starts[-1] + float(font.getlength(word)) + space)
    return starts


def _underline(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    type_: Type,
    reach: tuple[float, float, float],
) -> None:
    left, right, baseline = reach
    y = baseline + max(2.0, type_.size * float(rng.uniform(0.08, 0.16)))
    width = max(1, round(type_.size * float(rng.uniform(0.03, 0.08))))
    draw.line((left, y, right, y), fill=type_.colour[0], width=width)


def _find_centres(
    words: tuple[str, ...], starts: list[float], face: Face, type_: Type
) -> NDArray[np.float32]:
    """Return where the middles of characters and spaces are.

    Kerning is spread evenly over the word.
    """
    centres: list[NDArray[np.float64]] = []
    end = starts[0]
    for word, start in zip(words, starts, strict=True):
        if centres:
            centres.append(np.array([(end + start) / 2]))
        end = start + type_.width(word)
        widths = np.array([_advance(face.path, character) for character in word])
        ends = np.cumsum(widths)
        centres.append(start + (ends - widths / 2) * ((end - start) / max(ends[-1], 1e-6)))
    return np.concatenate(centres).astype(np.float32)


@lru_cache(maxsize=200_000)
def _advance(path: str, character: str) -> float:
    return float(load_font(path, 100).getlength(character))
