"""Draws the figures of the documents: bars, from what the last runs of the benchmarks gave.

    python -m bench.plots

Whoever has measured anew writes the figures into `docs/figures.json`, and runs this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from bench.svg import LETTER, Area, draw_box, draw_text, frame_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
FIGURES = DOCS / "figures.json"
PICTURES = DOCS / "images" / "figures"
STYLE = """
.bar { fill: #a9bccf; }
.ours { fill: #2f6fb3; }
"""
WIDTH, MARGIN, TOP, ROW, BAR = 760.0, 20.0, 44.0, 28.0, 18.0


class Figure(NamedTuple):
    """Some values that are drawn beside one another; `ours` names the bars that stand out."""

    name: str
    title: str
    command: str
    unit: str
    ours: list[str]
    bars: dict[str, float]


def read_figures(path: Path = FIGURES) -> list[Figure]:
    """Return the figures in their order."""
    return [Figure(**facts) for facts in json.loads(path.read_text(encoding="utf-8"))["figures"]]


def draw_figure(figure: Figure) -> str:
    """Return a figure as SVG: a bar a line, its value at its end."""
    height = TOP + ROW * len(figure.bars) + 26
    shapes = [
        draw_text(MARGIN, 26, figure.title, kind="title"),
        *_draw_bars(figure),
        draw_text(MARGIN, height - 12, figure.command),
    ]
    return frame_picture(shapes, width=WIDTH, height=height, title=_say(figure), style=STYLE)


def _draw_bars(figure: Figure) -> Iterator[str]:
    left = MARGIN + LETTER * max(map(len, figure.bars)) + 12
    values = [_show(value, figure.unit) for value in figure.bars.values()]
    longest = WIDTH - MARGIN - left - LETTER * max(map(len, values)) - 8
    for row, (label, value) in enumerate(figure.bars.items()):
        y = TOP + ROW * row
        width = longest * value / max(figure.bars.values())
        kind = "ours" if label in figure.ours else "bar"
        yield draw_text(left - 8, y + 13, label, anchor="end")
        yield draw_box(Area(left, y, width, BAR), kind)
        yield draw_text(left + width + 6, y + 13, _show(value, figure.unit))


def _show(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit else f"{value:.3f}".lstrip("0")


def _say(figure: Figure) -> str:
    bars = (f"{label} {_show(value, figure.unit)}" for label, value in figure.bars.items())
    return f"{figure.title}: {'; '.join(bars)}"


def main() -> None:
    """Draw all figures anew."""
    PICTURES.mkdir(exist_ok=True)
    for figure in read_figures():
        (PICTURES / f"{figure.name}.svg").write_text(draw_figure(figure), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
