"""The typefaces on this machine that can set a URL, grouped into families and split for testing."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterable

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/share/texmf/fonts/opentype"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
SUFFIXES = {".ttf", ".otf"}
PRINTABLE = {chr(code) for code in range(32, 127)}
TEST_SHARE = 0.15

# Families made for a script other than Latin: their Latin letters repeat those of the base family.
_FOREIGN = re.compile(
    r"^Noto (Sans|Serif|Kufi|Naskh|Nastaliq|Rashi|Music|Looped|Traditional|Znamenny)"
)
_NOTO_LATIN = re.compile(r"^Noto (Sans|Serif|Sans Mono|Sans Display|Serif Display|Mono)$")

# Families that books, manuals, papers and slides are really set in; they get half of all pages.
_COMMON = re.compile(
    r"^(CMU|Latin Modern|LM|TeX Gyre|Liberation|DejaVu|Nimbus|Linux Libertine|Linux Biolinum|URW"
    r"|C059|P052|Noto (Sans|Serif)|Roboto|Open Sans|Lato|Carlito|Caladea|Inconsolata|Inter"
    r"|EB Garamond|Gentium|Charis|Fira|Hack|Cousine|Arimo|Tinos|Go|Source|STIX|FreeS|FreeM"
    r"|Cantarell|Quattrocento|Vollkorn|Junicode|Cardo|Old Standard|PT|Courier Prime|JetBrains)"
)


@dataclass(frozen=True, slots=True)
class Face:
    """One font file; `family` is its typographic family, `style` such as `Bold Italic`."""

    path: str
    family: str
    style: str

    @property
    def is_mono(self) -> bool:
        """Whether the family's name says that all its characters are equally wide."""
        return bool(
            re.search(r"mono|code|courier|typewriter|console|hack|cousine|fixed", self.family, re.I)
        )

    @property
    def is_italic(self) -> bool:
        """Whether the style is slanted."""
        return bool(re.search(r"italic|oblique|slanted", self.style, re.I))

    @property
    def is_bold(self) -> bool:
        """Whether the style is heavier than regular."""
        return bool(re.search(r"bold|black|heavy", self.style, re.I))


@dataclass(frozen=True, slots=True)
class FontMetrics:
    """Heights in pixels above (`ascender`, `x_height`) and below (`descender`) the baseline."""

    ascender: float
    x_height: float
    descender: float


class FontBook:
    """Faces by family, of one split: no family of the `test` split is ever trained on."""

    def __init__(self, faces: Iterable[Face]) -> None:
        self.families: dict[str, list[Face]] = defaultdict(list)
        for face in faces:
            self.families[face.family].append(face)
        if not self.families:
            raise ValueError("expected at least one usable font, found none: run `make fonts`")
        self.names = sorted(self.families)
        self.common = [name for name in self.names if _COMMON.match(name)] or self.names
        self.mono = [name for name in self.names if self.families[name][0].is_mono] or self.names

    def of_common(self) -> FontBook:
        """Return the faces of the common families alone."""
        return FontBook(face for name in self.common for face in self.families[name])

    def pick_family(self, rng: np.random.Generator) -> list[Face]:
        """Return the faces of a random family; the common ones come up half of the time."""
        names = self.common if rng.random() < 0.5 else self.names
        return self.families[str(rng.choice(names))]

    def pick_mono(self, rng: np.random.Generator) -> Face:
        """Return a random face of a random monospaced family."""
        faces = self.families[str(rng.choice(self.mono))]
        return faces[int(rng.integers(len(faces)))]


def scan_fonts(folders: Iterable[Path] = FONT_FOLDERS) -> list[Face]:
    """Return every face below `folders` that can set a URL legibly, in a stable order."""
    paths = sorted(
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
    )
    faces = (_read_face(path) for path in paths)
    return [face for face in faces if face is not None and _is_legible(face)]


def split_fonts(faces: Iterable[Face], split: str) -> list[Face]:
    """Return the faces of `train` or `test`; whole families are dealt out by a hash of the name."""
    if split not in {"train", "test"}:
        raise ValueError(f"expected the split 'train' or 'test', received {split!r}")
    return [face for face in faces if _is_test_family(face.family) == (split == "test")]


@lru_cache(maxsize=256)
def load_font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the face at `size` pixels an em; cached, since a page asks for few sizes often."""
    return ImageFont.truetype(path, size)


@lru_cache(maxsize=256)
def measure_font(path: str, size: int) -> FontMetrics:
    """Return the heights of `h`, `x` and `p` as drawn."""
    font = load_font(path, size)
    return FontMetrics(
        ascender=-font.getbbox("h", anchor="ls")[1],
        x_height=-font.getbbox("x", anchor="ls")[1],
        descender=font.getbbox("p", anchor="ls")[3],
    )


def _is_test_family(family: str) -> bool:
    # Optical sizes and widths of a family must fall on the same side: its first two words decide.
    stem = " ".join(family.split()[:2]).lower()
    return hashlib.sha256(stem.encode()).digest()[0] / 256 < TEST_SHARE


def _read_face(path: Path) -> Face | None:
    try:
        with TTFont(path, lazy=True) as font:
            coverage = {chr(code) for code in (font.getBestCmap() or {})}
            names = font["name"]
            family = names.getDebugName(16) or names.getDebugName(1) or ""
            style = names.getDebugName(17) or names.getDebugName(2) or ""
    except (TTLibError, KeyError, OSError, AssertionError):
        return None
    if not coverage >= PRINTABLE or not family:
        return None
    if _FOREIGN.match(family) and not _NOTO_LATIN.match(family):
        return None
    return Face(str(path), family, style)


def _is_legible(face: Face) -> bool:
    """Rule out small capitals, all-capitals, blank and symbol fonts by looking at drawn letters."""
    try:
        font = load_font(face.path, 64)
        ink = {letter: _ink(font, letter) for letter in "hHtTxpw/:."}
    except (OSError, ValueError):
        return False
    if any(mask is None for mask in ink.values()):
        return False
    metrics = measure_font(face.path, 64)
    if not 0.35 < metrics.x_height / max(1.0, metrics.ascender) < 0.92 or metrics.descender < 4:
        return False
    return not (_look_same(ink["h"], ink["H"]) or _look_same(ink["t"], ink["T"]))


def _ink(font: ImageFont.FreeTypeFont, letter: str) -> np.ndarray | None:
    image = Image.new("L", (160, 160), 0)
    ImageDraw.Draw(image).text((40, 110), letter, font=font, fill=255, anchor="ls")
    box = image.getbbox()
    if box is None or box[2] - box[0] < 2 or box[3] - box[1] < 2:
        return None
    return np.asarray(image.crop(box).resize((24, 32)), np.float32) / 255


def _look_same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return True
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum()) > 0.9
