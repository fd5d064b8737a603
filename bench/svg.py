"""The few shapes that the pictures of the documents are made of, as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

# How far one letter of the fixed-width font moves on.
LETTER = 7.0
_STYLE = """
text { font: 11.5px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1c2733; }
text.title { font: 600 13px system-ui, 'DejaVu Sans', Arial, sans-serif; }
text.note { font: 12px system-ui, 'DejaVu Sans', Arial, sans-serif; fill: #4d5b69; }
.page { fill: #fff; }
.arrow { stroke: #44535f; stroke-width: 1.6; fill: none; marker-end: url(#head); }
"""
_HEAD = '<path d="M0 0 L7 3.5 L0 7 z" fill="#44535f"/>'
_MARKER = 'id="head" markerWidth="8" markerHeight="8" refX="6" refY="3.5" orient="auto"'


class Area(NamedTuple):
    """A rectangle on the picture."""

    x: float
    y: float
    width: float
    height: float


def draw_box(area: Area, kind: str, style: str = "") -> str:
    """Return a rectangle with round corners; `kind` is its class."""
    x, y, width, height = (f"{value:.1f}" for value in area)
    inline = f' style="{style}"' if style else ""
    return (
        f'<rect class="{kind}"{inline} x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>'
    )


def draw_text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text that starts, or ends with `anchor` "end", at a place."""
    name = f' class="{kind}"' if kind else ""
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{name}{where} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def draw_arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return a straight arrow."""
    points = " L".join(f"{x:.1f} {y:.1f}" for x, y in (start, end))
    return f'<path class="arrow" d="M{points}"/>'


def frame_picture(
    shapes: Sequence[str], *, width: float, height: float, title: str, style: str = ""
) -> str:
    """Return the whole picture; `title` is what a screen reader says."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}{style}</style>",
            f"<defs><marker {_MARKER}>{_HEAD}</marker></defs>",
            draw_box(Area(0, 0, width, height), "page"),
            *shapes,
            "</svg>\n",
        ]
    )
