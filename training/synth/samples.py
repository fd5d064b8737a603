"""The sample frames that ship for the README, the benchmark and the end-to-end tests."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.synth.camera import expose
from training.synth.flow import Column, LinkWord, Setting, flow
from training.synth.fonts import Face, FontBook, scan_fonts, split_fonts
from training.synth.geometry import random_curl, random_view
from training.synth.page import Composer
from training.synth.prose import Prose
from training.synth.render import photograph_frame
from training.synth.sheet import Sheet, Type
from training.synth.style import size_for
from training.synth.urls import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from training.synth.sheet import Page

SAMPLE_SIZE = (1080, 1440)
SEED = 43
# Those of the first dozen pages that show a whole page with one link or more.
FULL_PAGES = (1, 4, 7, 9)
_HEADING = "Links in print"
_TEXT = """
A printed link is a promise that paper cannot keep: it can be seen, but not followed. The
detector of this service was trained with TensorFlow (https://www.tensorflow.org/tutorials) and
Keras, whose guides are at https://keras.io/guides/ for everybody to read. It looks for the first
characters of a link only, and it leaves e-mail addresses, ratios such as 3:1, TCP/IP, file names
and the word http alone.
|
What follows the prefix is read by Tesseract, an engine with a long history, described at
https://tesseract-ocr.github.io/tessdoc/ in detail. Older books point to plain addresses like
http://www.gutenberg.org/ebooks/2701 or to archives like ftp://ftp.gnu.org/gnu/emacs, and many
cards and posters leave the scheme out altogether: www.debian.org is read as well.
|
The rules by which an address is written are those of a standard that may be consulted at
https://www.rfc-editor.org/rfc/rfc3986 without charge.
"""


def render_samples(folder: Path, *, numbers: tuple[int, ...] = FULL_PAGES) -> None:
    """Write `page.jpg`, a page about links, and random pages by number, in unseen typefaces."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = split_fonts(scan_fonts(), "test")
    _save(folder / "page.jpg", _photograph_sample(_compose_sample(faces)))
    composer = Composer(FontBook(faces), Prose.load(quotations=False))
    for number in numbers:
        rng = np.random.default_rng([SEED, number])
        pixels, _, _ = photograph_frame(composer, rng, link_rate=0.006, size=SAMPLE_SIZE)
        _save(folder / f"random-{number}.jpg", pixels)


def _compose_sample(faces: list[Face]) -> Page:
    serif = _find(
        faces, r"Tinos|URW Bookman|GFS Artemisia|STIXGeneral|DejaVu", r"Regular|Book|Light"
    )
    mono = _find(faces, r"JetBrains Mono|DejaVu Sans Mono|Courier Prime", r"Regular|Book")
    sheet = Sheet(1500, 2000, (250, 248, 243))
    body = Type(serif, size_for(serif, 19.0), (28, 26, 26))
    link = Type(mono, size_for(mono, 18.0), (24, 52, 140))
    setting = Setting(body=body, link=link, leading=body.size * 1.5)
    column = Column(150, 150, 1200, 1900)
    title = replace(
        setting, body=replace(body, size=round(body.size * 1.7)), leading=100, justified=False
    )
    y = flow(sheet, column, 160, list(_HEADING.split()), title) + 20
    for paragraph in _TEXT.split("|"):
        y = flow(sheet, column, y, [_mark_link(word) for word in paragraph.split()], setting) + 30
    return sheet.finish("book", is_dark=False)


def _mark_link(word: str) -> str | LinkWord:
    match = re.fullmatch(r"(\(?)((?:https?://|ftp://|www\.).*?)([)]?[.,:]?)", word)
    if match is None:
        return word
    before, url, after = match.groups()
    label = next(name for name, prefix in PREFIXES.items() if url.startswith(prefix))
    return LinkWord(label, url, before, after)


def _find(faces: list[Face], family: str, style: str) -> Face:
    for name in family.split("|"):
        for face in faces:
            if re.match(name, face.family) and re.fullmatch(style, face.style):
                return face
    return faces[0]


def _photograph_sample(page: Page) -> np.ndarray:
    rng = np.random.default_rng(SEED)
    width, height = SAMPLE_SIZE
    curl = random_curl(rng, page.pixels.shape[1], strength=0.35)
    view = random_view(
        rng,
        anchor=(page.pixels.shape[1] / 2, page.pixels.shape[0] / 2),
        target=(width / 2, height / 2),
        scale=0.7,
        strength=0.5,
        curl=curl,
    )
    pixels = view.photograph(page.pixels, width, height, desk=(94, 72, 54))
    return expose(pixels, rng, x_height=13.0, strength=0.35)


def _save(path: Path, pixels: np.ndarray) -> None:
    if not cv2.imwrite(
        str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88]
    ):
        raise OSError(f"could not write {path}")
