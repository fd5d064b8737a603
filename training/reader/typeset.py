"""A few lines of type: the line that is to be read between its neighbours, on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.reader.alphabet import SPACE
from training.synth.fonts import load_font, measure_font
from training.synth.sheet import Type
from training.synth.style import size_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.reader.texts import StripText
    from training.synth.fonts import Face, FontBook
    from training.synth.prose import Prose

_UNDERLINED_SHARE = 0.22
# Links in prose are often set in another face than it, and posters track their letters.
_MIXED_SHARE = 0.4
_TRACKED_SHARE = 0.12
# Tables have upright rules between their cells, in a strip hard to tell from letters.
_RULED_SHARE = 0.06
_TRACKING = (0.02, 0.12)
# Slanted letters resemble each other more than upright ones, and few families have an italic face:
# word processors and browsers slant the others by themselves.
_PLAIN_SHARE = 0.5
_SLANTED_SHARE = 0.12
_SLANT = (0.1, 0.3)
# Nor are there ever enough faces: narrower and wider, fatter and thinner ones are made of them, as
# justified setting and ink do.
_STRETCHED_SHARE = 0.3
_STRETCH = (0.75, 1.3)
_SPREAD_SHARE = 0.2
_SPREAD = (0.15, 0.6)


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


@dataclass(frozen=True, slots=True)
class SetWord:
    """A word where it stands; `left` and `tracking`, what is put between letters, in pixels."""

    text: str
    type: Type
    left: float
    tracking: float

    @property
    def right(self) -> float:
        """Where the word ends."""
        return self.left + self.type.width(self.text) + self.tracking * (len(self.text) - 1)

    def draw(self, draw: ImageDraw.ImageDraw, baseline: float) -> None:
        """Draw the word, letter by letter where it is tracked."""
        font, fill = self.type.font, self.type.colour[0]
        if not self.tracking:
            draw.text((self.left, baseline), self.text, font=font, fill=fill, anchor="ls")
            return
        for place, letter in enumerate(self.text):
            # What stands before a letter includes its kerning.
            x = self.left + self.type.width(self.text[:place]) + self.tracking * place
            draw.text((x, baseline), letter, font=font, fill=fill, anchor="ls")

    def find_centres(self) -> NDArray[np.float64]:
        """Return the middles of the letters; kerning is spread evenly over the word."""
        loose = self.tracking * 100 / self.type.size
        widths = np.array([_advance(self.type.face.path, one) + loose for one in self.text])
        ends = np.cumsum(widths)
        scale = (self.right - self.left) / max(float(ends[-1]), 1e-6)
        return np.asarray(self.left + (ends - widths / 2) * scale)


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
        metrics = measure_font(face.path, type_.size)
        leading = type_.size * float(rng.uniform(0.98, 1.55))
        left, baseline = 3.0 * type_.size, round(leading + 1.2 * type_.size)
        words = self._set_words(text.words, type_, rng, left=left)
        right = words[-1].right
        size = round(right + 3.0 * type_.size), round(baseline + leading + 0.8 * type_.size)
        image = Image.new("L", size, paper)
        draw = ImageDraw.Draw(image)
        for word in words:
            word.draw(draw, baseline)
        if text.before:
            draw.text((left, baseline), text.before, font=type_.font, fill=ink, anchor="rs")
        is_underlined = bool(rng.random() < _UNDERLINED_SHARE)
        if is_underlined:
            _underline(draw, rng, type_, (left, words[0].right, baseline))
        if crowded:
            self._set_neighbours(
                draw, rng, type_, baselines=(baseline - leading, baseline + leading)
            )
        is_ruled = rng.random() < _RULED_SHARE
        if is_ruled:
            _rule(draw, rng, type_, words)
        # A slanted rule would be a slash.
        is_upright = face.is_italic or is_ruled or rng.random() >= _SLANTED_SHARE
        slope = 0.0 if is_upright else float(rng.uniform(*_SLANT))
        stretch = 1.0 if rng.random() >= _STRETCHED_SHARE else float(rng.uniform(*_STRETCH))
        pixels = _distort(
            np.asarray(image), slope=slope, stretch=stretch, middle=baseline - metrics.x_height / 2
        )
        if rng.random() < _SPREAD_SHARE:
            pixels = _spread(pixels, rng)
        return SetLine(
            pixels=pixels,
            left=left * stretch,
            right=right * stretch,
            middle=baseline + (metrics.descender - metrics.ascender) / 2,
            height=metrics.ascender + metrics.descender,
            x_height=metrics.x_height,
            leading=leading,
            centres=_find_centres(words) * np.float32(stretch),
            is_dark=is_dark,
            is_underlined=is_underlined,
        )

    def _set_words(
        self, words: tuple[str, ...], type_: Type, rng: np.random.Generator, *, left: float
    ) -> list[SetWord]:
        """Set the first word from `left` on and the others behind it, often in another face."""
        tracking = type_.size * float(rng.uniform(*_TRACKING)) * (rng.random() < _TRACKED_SHARE)
        follows = type_
        if rng.random() < _MIXED_SHARE:
            face = self._pick_face(rng)
            x_height = measure_font(type_.face.path, type_.size).x_height
            size = max(6, size_for(face, x_height * float(rng.uniform(0.93, 1.08))))
            follows = Type(face, size, type_.colour)
        # Justified lines have wide spaces and narrow ones.
        space = follows.width(SPACE) * float(rng.choice([1.0, rng.uniform(0.6, 1.7)]))
        line = [SetWord(words[0], type_, left, tracking)]
        for word in words[1:]:
            line.append(SetWord(word, follows, line[-1].right + space, tracking))
        return line

    def _pick_face(self, rng: np.random.Generator) -> Face:
        if rng.random() < 0.15:
            return self._fonts.pick_mono(rng)
        faces = self._fonts.pick_family(rng)
        plain = [face for face in faces if not face.is_italic and not face.is_bold]
        faces = plain if plain and rng.random() < _PLAIN_SHARE else faces
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


def _distort(
    pixels: NDArray[np.uint8], *, slope: float, stretch: float, middle: float
) -> NDArray[np.uint8]:
    """Return a page slanted to the right like a false italic, row `middle` in place, and wider."""
    if slope == 0.0 and stretch == 1.0:
        return pixels
    height, width = pixels.shape
    return np.asarray(
        cv2.warpAffine(
            pixels,
            np.array([[stretch, -slope * stretch, slope * middle * stretch], [0.0, 1.0, 0.0]]),
            (max(1, round(width * stretch)), height),
            flags=cv2.INTER_AREA if stretch < 1.0 else cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _spread(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a page whose ink ran, or is short."""
    spread = cv2.erode if rng.random() < 0.5 else cv2.dilate
    share = float(rng.uniform(*_SPREAD))
    square = np.ones((3, 3), np.uint8)
    return np.asarray(
        cv2.addWeighted(pixels, 1 - share, spread(pixels, square), share, 0), np.uint8
    )


def _rule(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, type_: Type, words: list[SetWord]
) -> None:
    """Draw an upright rule behind the first word, over the whole page: a border between cells."""
    first = words[0].right
    gap = words[1].left - first if len(words) > 1 else type_.size * float(rng.uniform(0.3, 1.0))
    x = first + gap * float(rng.uniform(0.35, 0.65))
    width = max(1, round(type_.size * float(rng.uniform(0.02, 0.08))))
    draw.line((x, 0, x, draw.im.size[1]), fill=type_.colour[0], width=width)


def _find_centres(words: list[SetWord]) -> NDArray[np.float32]:
    """Return where the middles of characters and spaces are."""
    centres = [words[0].find_centres()]
    for before, word in pairwise(words):
        centres += [np.array([(before.right + word.left) / 2]), word.find_centres()]
    return np.concatenate(centres).astype(np.float32)


@lru_cache(maxsize=200_000)
def _advance(path: str, character: str) -> float:
    return float(load_font(path, 100).getlength(character))
