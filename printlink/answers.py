"""What the service answers, as records; `fields` has all that it said, known here or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from printlink.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Link:
    """One printed link; places are pixels of the upright frame, origin at its top left corner.

    `track_id` is there in streams only: the same as long as the link stays in view.
    """

    url: str
    confidence: float
    box: tuple[float, float, float, float]
    polygon: tuple[tuple[float, float], ...]
    track_id: int | None
    is_confirmed: bool
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Link:
        """Take a link out of the service's JSON."""
        left, top, right, bottom = fields["box"]
        return cls(
            url=fields["url"],
            confidence=fields["confidence"],
            box=(left, top, right, bottom),
            polygon=tuple((x, y) for x, y in fields["polygon"]),
            track_id=fields.get("track_id"),
            is_confirmed=fields.get("confirmed", False),
            fields=fields,
        )


@dataclass(frozen=True, slots=True)
class Detection:
    """The links of one picture, in reading order."""

    width: int
    height: int
    links: tuple[Link, ...]
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Detection:
        """Take an answer out of the service's JSON."""
        return cls(
            width=fields["frame"]["width"],
            height=fields["frame"]["height"],
            links=tuple(Link.parse(link) for link in fields["links"]),
            fields=fields,
        )


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """What became of one frame of a stream.

    `frame` is its number among the frames that were given, counted from 0. Of a frame that could
    not be answered, `error` says why, and there are no links.
    """

    frame: int
    links: tuple[Link, ...]
    age_ms: float | None
    advised_fps: float | None
    error: ServiceError | None
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def confirmed(self) -> tuple[Link, ...]:
        """The links that several frames agree about."""
        return tuple(link for link in self.links if link.is_confirmed)
