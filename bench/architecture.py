"""Draws the house from its code: its modules, and who may know whom.

python -m bench.architecture
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.imports import read_modules
from bench.rooms import ROWS, place_modules
from bench.svg import LETTER, Area, draw_arrow, draw_box, draw_text, frame_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.imports import Module

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
# What one stage hands to the next.
FLOW = ("Frame", "Prefix", "Strip", "TextLine")
# Colours of the modules that know something from outside, by the packages that they import.
FOREIGN = {
    "TensorFlow": (("tensorflow",), "#f4b183"),
    "Tesseract": (("tesserocr", "pytesseract"), "#f6dd7f"),
    "FastAPI": (("fastapi", "starlette"), "#b5d6f2"),
    "OpenCV": (("cv2",), "#bfe3bf"),
}
WIDTH, MARGIN, GAP = 1160.0, 28.0, 16.0
STAGES_GAP = 68.0
CHIP, TITLE, PAD = 22.0, 24.0, 8.0
STYLE = """
rect { stroke-width: 1; }
.house { fill: #f7f9fa; stroke: #8e9aa6; }
.room { fill: #e9eef4; stroke: #c3ccd6; }
.chip { fill: #fff; stroke: #a9b4bf; }
"""


def draw_house(root: Path = ROOT) -> str:
    """Return the picture as SVG."""
    modules = read_modules(root / "service")
    rows = list(_draw_rows(modules, top=120))
    bottom = rows[-1][0]
    house = Area(MARGIN / 2, 78, WIDTH - MARGIN, bottom - 78)
    shapes = [
        *_draw_house("printlink", "a client for other programs", Area(MARGIN / 2, 12, 420, 32)),
        draw_arrow((60, 44), (60, 76)),
        draw_text(72, 65, "knows its HTTP interface only", kind="note"),
        *_draw_house("service", "who imports stands above whom it imports", house),
        *_draw_legend(y=house.y + 20),
        *(shape for _, shapes in rows for shape in shapes),
        *_draw_store(y=bottom),
    ]
    title = "The modules of printlink and who may know whom"
    return frame_picture(shapes, width=WIDTH, height=bottom + 78, title=title, style=STYLE)


def _draw_rows(modules: Mapping[str, Module], *, top: float) -> Iterator[tuple[float, list[str]]]:
    """Yield, row by row, where the next one starts, and the shapes of this one."""
    places = place_modules(modules)
    for row, rooms in enumerate(ROWS):
        members = [
            sorted(name for name, place in places.items() if place == (row, number))
            for number in range(len(rooms))
        ]
        areas = _lay_rooms(members, top)
        shapes = [
            shape
            for room, area, names in zip(rooms, areas, members, strict=True)
            for shape in _draw_room(room.title, area, {name: modules[name] for name in names})
        ]
        top += areas[0].height + GAP
        yield top, shapes + (_draw_flow(areas) if len(areas) > 2 else [])


def _lay_rooms(members: Sequence[Sequence[str]], top: float) -> list[Area]:
    """Share a row's width out by how much each room holds; the rooms of a row are equally high."""
    gap = STAGES_GAP if len(members) > 2 else GAP
    free = WIDTH - 2 * MARGIN - gap * (len(members) - 1)
    shares = [max(2.2, len(names) ** 0.8) for names in members]
    widths = [free * share / sum(shares) for share in shares]
    height = max(
        _lay_chips(names, Area(0, 0, width, 0))[-1].y + CHIP + PAD
        for names, width in zip(members, widths, strict=True)
    )
    lefts = [MARGIN + sum(widths[:number]) + gap * number for number in range(len(widths))]
    return [Area(x, top, width, height) for x, width in zip(lefts, widths, strict=True)]


def _lay_chips(names: Sequence[str], room: Area) -> list[Area]:
    x, y, chips = room.x + PAD, room.y + TITLE, []
    for name in names:
        width = len(name) * LETTER + 14
        if x + width > room.x + room.width - PAD and x > room.x + PAD:
            x, y = room.x + PAD, y + CHIP + 5
        chips.append(Area(x, y, width, CHIP))
        x += width + 6
    return chips


def _draw_room(title: str, room: Area, modules: Mapping[str, Module]) -> Iterator[str]:
    yield draw_box(room, "room")
    yield draw_text(room.x + PAD, room.y + 16, title, kind="title")
    for chip, (name, module) in zip(_lay_chips(list(modules), room), modules.items(), strict=True):
        yield _draw_chip(chip, name, module)


def _draw_chip(chip: Area, name: str, module: Module) -> str:
    colours = [colour for packages, colour in FOREIGN.values() if module.foreign & set(packages)]
    fill = f"fill:{colours[0]}" if colours else ""
    label = draw_text(chip.x + 7, chip.y + 15, name)
    return f"<g><title>{escape(module.says)}</title>{draw_box(chip, 'chip', fill)}{label}</g>"


def _draw_flow(stages: Sequence[Area]) -> list[str]:
    y = stages[0].y + stages[0].height / 2
    shapes = []
    for (left, right), record in zip(pairwise(stages), FLOW, strict=True):
        start, end = left.x + left.width, right.x
        shapes += [draw_arrow((start + 2, y), (end - 2, y))]
        shapes += [draw_text((start + end - len(record) * LETTER) / 2, y - 8, record)]
    return shapes


def _draw_legend(y: float) -> Iterator[str]:
    x = WIDTH - MARGIN - 510
    for name, (_, colour) in FOREIGN.items():
        yield draw_box(Area(x, y - 11, 14, 14), "chip", f"fill:{colour}")
        yield draw_text(x + 20, y, f"knows {name}", kind="note")
        x += 74 + LETTER * len(name)


def _draw_store(y: float) -> Iterator[str]:
    half = WIDTH / 2 - MARGIN / 2
    store = Area(MARGIN / 2, y + 34, half - 40, 32)
    trainer = Area(WIDTH / 2 + 40, y + 34, half - 40, 32)
    yield from _draw_house("model_store", "where service and training meet", store)
    yield from _draw_house("training", "pages drawn and photographed, training, export", trainer)
    yield draw_arrow((60, y), (60, store.y - 2))
    yield draw_arrow((trainer.x, store.y + 16), (store.x + store.width + 2, store.y + 16))


def _draw_house(name: str, note: str, area: Area) -> Iterator[str]:
    yield draw_box(area, "house")
    yield draw_text(area.x + 12, area.y + 20, name, kind="title")
    yield draw_text(area.x + 12 + 9 * len(name) + 8, area.y + 20, note, kind="note")


def main() -> None:
    """Draw the house into the documents."""
    PICTURE.write_text(draw_house(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
