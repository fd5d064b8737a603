"""Draws the house from its code: its modules, and who may know whom.

python -m bench.architecture
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from bench.imports import read_modules
from bench.rooms import ROWS, place_modules

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
CHIP, LETTER, TITLE, PAD = 22.0, 7.0, 24.0, 8.0
STYLE = """
text { font: 11.5px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1c2733; }
text.title { font: 600 13px system-ui, 'DejaVu Sans', Arial, sans-serif; }
text.note { font: 12px system-ui, 'DejaVu Sans', Arial, sans-serif; fill: #4d5b69; }
rect { stroke-width: 1; }
.page { fill: #fff; }
.house { fill: #f7f9fa; stroke: #8e9aa6; }
.room { fill: #e9eef4; stroke: #c3ccd6; }
.chip { fill: #fff; stroke: #a9b4bf; }
.arrow { stroke: #44535f; stroke-width: 1.6; fill: none; marker-end: url(#head); }
"""


class Area(NamedTuple):
    """A rectangle on the picture."""

    x: float
    y: float
    width: float
    height: float


def draw_house(root: Path = ROOT) -> str:
    """Return the picture as SVG."""
    modules = read_modules(root / "service")
    rows = list(_draw_rows(modules, top=120))
    bottom = rows[-1][0]
    house = Area(MARGIN / 2, 78, WIDTH - MARGIN, bottom - 78)
    shapes = [
        *_draw_house("printlink", "a client for other programs", Area(MARGIN / 2, 12, 420, 32)),
        _arrow((60, 44), (60, 76)),
        _text(72, 65, "knows its HTTP interface only", "note"),
        *_draw_house("service", "who imports stands above whom it imports", house),
        *_draw_legend(y=house.y + 20),
        *(shape for _, shapes in rows for shape in shapes),
        *_draw_store(y=bottom),
    ]
    return _frame(shapes, height=bottom + 78)


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
    yield _box(room, "room")
    yield _text(room.x + PAD, room.y + 16, title, "title")
    for chip, (name, module) in zip(_lay_chips(list(modules), room), modules.items(), strict=True):
        yield _draw_chip(chip, name, module)


def _draw_chip(chip: Area, name: str, module: Module) -> str:
    colours = [colour for packages, colour in FOREIGN.values() if module.foreign & set(packages)]
    fill = f' style="fill:{colours[0]}"' if colours else ""
    label = _text(chip.x + 7, chip.y + 15, name)
    return f"<g><title>{escape(module.says)}</title>{_box(chip, 'chip', fill)}{label}</g>"


def _draw_flow(stages: Sequence[Area]) -> list[str]:
    y = stages[0].y + stages[0].height / 2
    shapes = []
    for (left, right), record in zip(pairwise(stages), FLOW, strict=True):
        start, end = left.x + left.width, right.x
        shapes += [_arrow((start + 2, y), (end - 2, y))]
        shapes += [_text((start + end - len(record) * LETTER) / 2, y - 8, record)]
    return shapes


def _draw_legend(y: float) -> Iterator[str]:
    x = WIDTH - MARGIN - 486
    for name, (_, colour) in FOREIGN.items():
        yield _box(Area(x, y - 11, 14, 14), "chip", f' style="fill:{colour}"')
        yield _text(x + 20, y, f"knows {name}", "note")
        x += 74 + LETTER * len(name)


def _draw_store(y: float) -> Iterator[str]:
    half = WIDTH / 2 - MARGIN / 2
    store = Area(MARGIN / 2, y + 34, half - 40, 32)
    trainer = Area(WIDTH / 2 + 40, y + 34, half - 40, 32)
    yield from _draw_house("model_store", "where service and training meet", store)
    yield from _draw_house("training", "pages drawn and photographed, training, export", trainer)
    yield _arrow((60, y), (60, store.y - 2))
    yield _arrow((trainer.x, store.y + 16), (store.x + store.width + 2, store.y + 16))


def _draw_house(name: str, note: str, area: Area) -> Iterator[str]:
    yield _box(area, "house")
    yield _text(area.x + 12, area.y + 20, name, "title")
    yield _text(area.x + 12 + 9 * len(name) + 8, area.y + 20, note, "note")


def _box(area: Area, kind: str, style: str = "") -> str:
    x, y, width, height = (f"{value:.1f}" for value in area)
    return f'<rect class="{kind}"{style} x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    points = " L".join(f"{x:.1f} {y:.1f}" for x, y in (start, end))
    return f'<path class="arrow" d="M{points}"/>'


def _frame(shapes: Sequence[str], height: float) -> str:
    size = f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" height="{height:.0f}"'
    head = '<path d="M0 0 L7 3.5 L0 7 z" fill="#44535f"/>'
    shape = 'markerWidth="8" markerHeight="8" refX="6" refY="3.5" orient="auto"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            "<title>The modules of printlink and who may know whom</title>",
            f"<style>{STYLE}</style>",
            f'<defs><marker id="head" {shape}>{head}</marker></defs>',
            _box(Area(0, 0, WIDTH, height), "page"),
            *shapes,
            "</svg>\n",
        ]
    )


def main() -> None:
    """Draw the house into the documents."""
    PICTURE.write_text(draw_house(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
