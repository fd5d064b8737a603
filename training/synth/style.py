"""How a page looks: its typefaces, sizes, colours and margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.synth.flow import Setting
from training.synth.fonts import FontBook, measure_font
from training.synth.sheet import Colour, PageKind, Type

if TYPE_CHECKING:
    from training.synth.fonts import Face

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


def pick_style(
    fonts: FontBook, rng: np.random.Generator, kind: PageKind, ink: Colour, *, is_dark: bool
) -> PageStyle:
    """Return the look of a page of this kind whose text is printed in `ink`."""
    family = fonts.pick_family(rng)
    face = _pick_face(rng, family)
    low, high = X_HEIGHTS[kind]
    x_height = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    body = Type(face, size_for(face, x_height), ink)
    mono = fonts.pick_mono(rng)
    setting = Setting(
        body=body,
        link=_link_type(rng, body, family, mono, is_dark=is_dark),
        leading=body.size * float(rng.uniform(1.08, 1.55)),
        justified=bool(rng.random() < (0.8 if kind in {"book", "article"} else 0.25)),
        breaks_anywhere=bool(rng.random() < 0.2),
        breaks_links=bool(rng.random() < 0.85),
    )
    heading = _pick_face(rng, fonts.pick_family(rng) if rng.random() < 0.5 else family)
    margin = float(rng.uniform(0.03, 0.12))
    return PageStyle(kind, setting, mono, heading, _accent(rng, is_dark=is_dark), margin)


def _link_type(
    rng: np.random.Generator, body: Type, family: list[Face], mono: Face, *, is_dark: bool
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


def _pick_face(rng: np.random.Generator, family: list[Face]) -> Face:
    plain = [face for face in family if not face.is_italic and not face.is_bold]
    faces = plain if plain and rng.random() < 0.75 else family
    return faces[int(rng.integers(len(faces)))]


def pick_colours(
    rng: np.random.Generator, kind: PageKind, *, is_dark: bool
) -> tuple[Colour, Colour]:
    """Return the paper and the ink of a page."""
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
