"""Content negotiation: which of the offered media types an `Accept` header prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.errors import AcceptError

if TYPE_CHECKING:
    from collections.abc import Sequence


def choose_media_type(accept: str, offered: Sequence[str]) -> str:
    """Return the type of `offered` with the highest quality, the first one of equals.

    RFC 9110, 12.5.1: the most specific range that fits a type gives its quality; an empty header
    accepts everything. Raises `AcceptError`.
    """
    ranges = [_parse_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    qualities = [_find_quality(media_type, ranges) for media_type in offered]
    best = max(qualities)
    if best <= 0:
        raise AcceptError(f"expected {' or '.join(offered)} to be accepted, received other types")
    return offered[qualities.index(best)]


def _parse_range(text: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            return media_range, _parse_quality(parameter[2:])
    return media_range, 1.0


def _parse_quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _find_quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    qualities = dict(ranges)
    for media_range in (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if media_range in qualities:
            return qualities[media_range]
    return 0.0
