"""Prefixes and links that lie on one another: of each printed link one is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.records import Box, Link, LinkLine, Polygon, Prefix


def drop_followers(prefixes: tuple[Prefix, ...]) -> list[Prefix]:
    """Return the prefixes without those right behind another one, as `www.` is in `https://www.`."""
    return [
        prefix
        for prefix in prefixes
        if not any(_follows(prefix.box, other.box) for other in prefixes)
    ]


def _follows(box: Box, other: Box) -> bool:
    overlap = min(box.bottom, other.bottom) - max(box.top, other.top)
    is_beside = overlap > min(box.height, other.height) / 2
    return is_beside and abs(box.left - other.right) < other.height / 2 and box.left > other.left


def drop_covered(links: list[Link]) -> list[Link]:
    """Return the links without those that start on another one; of two, the first stays."""
    return [
        link
        for place, link in enumerate(links)
        if not any(
            _covers(other, link.prefix) and (before < place or not _covers(link, other.prefix))
            for before, other in enumerate(links)
            if other is not link
        )
    ]


def goes_on_over(link: Link, prefix: Prefix) -> bool:
    """Tell whether the prefix' centre lies on one of the link's lines below its first."""
    return _lies_on(link.lines[1:], prefix)


def _covers(link: Link, prefix: Prefix) -> bool:
    """Tell whether the prefix' centre lies on one of the link's lines."""
    return _lies_on(link.lines, prefix)


def _lies_on(lines: Sequence[LinkLine], prefix: Prefix) -> bool:
    box = prefix.box
    centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return any(_contains(line.polygon, centre) for line in lines)


def _contains(polygon: Polygon, point: tuple[float, float]) -> bool:
    return cv2.pointPolygonTest(np.array(polygon, dtype=np.float32), point, measureDist=False) >= 0
