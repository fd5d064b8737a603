"""Links carried along with the picture: the same link, where the camera's motion has put it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from service.records import Box, LinkLine, Point

if TYPE_CHECKING:
    from service.motion import Matrix
    from service.records import Link, Polygon, Prefix


def move_link(link: Link, matrix: Matrix) -> Link:
    """Return `link` as it lies after the motion `matrix` [2, 3], in pixels."""
    lines = tuple(LinkLine(_move(line.polygon, matrix), line.text) for line in link.lines)
    return replace(
        link,
        box=Box.around(tuple(point for line in lines for point in line.polygon)),
        polygon=_move(link.polygon, matrix),
        lines=lines,
        prefix=move_prefix(link.prefix, matrix),
    )


def move_prefix(prefix: Prefix, matrix: Matrix) -> Prefix:
    """Return `prefix` with its box moved and zoomed; a turn leaves the box upright."""
    box = prefix.box
    centre = _move((Point((box.left + box.right) / 2, (box.top + box.bottom) / 2),), matrix)[0]
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    width, height = box.width * zoom / 2, box.height * zoom / 2
    moved = Box(centre.x - width, centre.y - height, centre.x + width, centre.y + height)
    return replace(prefix, box=moved)


def shift_between(before: Box, after: Box, *, share: float) -> Matrix:
    """Return the motion that goes a `share` of the way from one box's centre to the other's."""
    x = (after.left + after.right - before.left - before.right) / 2
    y = (after.top + after.bottom - before.top - before.bottom) / 2
    return np.array([[1.0, 0.0, x * share], [0.0, 1.0, y * share]])


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (one.width * one.height + other.width * other.height - both)


def _move(polygon: Polygon, matrix: Matrix) -> Polygon:
    moved = np.asarray(polygon, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return tuple(Point(float(x), float(y)) for x, y in moved)
