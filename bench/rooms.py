"""The rooms of the service, and in which of them each module stands.

A few modules are put into their rooms here; every other one follows those that import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.imports import Module


class Room(NamedTuple):
    """Modules with one job: those that are named, and what only they import.

    One that names none holds what several rooms share, of those since the last such row.
    """

    title: str
    doors: tuple[str, ...] = ()


class Place(NamedTuple):
    """A row, from above, and a room in it, from the left."""

    row: int
    room: int


# Who imports stands above whom it imports, or in the same room.
ROWS: tuple[tuple[Room, ...], ...] = (
    (Room("the command printlink", ("cli", "doctor", "server", "models_cli", "keys_cli")),),
    (Room("the app", ("app",)),),
    (
        Room("HTTP and the camera page", ("api", "page", "health")),
        Room("streams", ("stream", "session", "streams")),
    ),
    (Room("shared by those"),),
    (Room("putting it together", ("assembly", "loading")),),
    (Room("threads, the queue, the deadline", ("engine", "runner")),),
    (
        Room("the order of the stages", ("pipeline",)),
        Room(
            "models, and other versions", ("versions", "model_watch", "lineup", "golden", "models")
        ),
    ),
    (
        Room("decode", ("decode",)),
        Room("detect", ("detect", "saved_model")),
        Room("expand", ("expand",)),
        Room("recognize", ("reader", "recognize", "tesseract", "ctc", "confidence")),
        Room("url", ("url",)),
    ),
    (Room("shared by the stages"),),
    (Room("known everywhere", ("records", "errors", "settings", "metrics")),),
)
_SHARED = [row for row, rooms in enumerate(ROWS) if not rooms[0].doors]
_EVERYWHERE = Place(len(ROWS) - 1, 0)


def place_modules(modules: Mapping[str, Module]) -> dict[str, Place]:
    """Return where each module stands.

    Raises:
        ValueError: modules that no room leads to, or that import each other in a circle.

    """
    places = {
        door: Place(row, number)
        for row, rooms in enumerate(ROWS)
        for number, room in enumerate(rooms)
        for door in room.doors
    }
    importers = {name: {who for who in modules if name in modules[who].imports} for name in modules}
    while waiting := modules.keys() - places.keys():
        ready = {name for name in waiting if importers[name] and importers[name] <= places.keys()}
        if not ready:
            raise ValueError(f"no room for {sorted(waiting)}: name one of them in ROWS")
        places |= {name: _follow({places[who] for who in importers[name]}) for name in ready}
    return places


def _follow(importers: set[Place]) -> Place:
    if len(importers) == 1:
        return next(iter(importers))
    rows = {place.row for place in importers}
    above = -1
    for row in _SHARED:
        if above < min(rows) and max(rows) <= row:
            return Place(row, 0)
        above = row
    return _EVERYWHERE


def find_upward(
    modules: Mapping[str, Module], places: Mapping[str, Place]
) -> Iterator[tuple[str, str]]:
    """Yield each import that points up, or into a room beside."""
    for name, module in modules.items():
        for imported in module.imports:
            if places[imported] != places[name] and places[imported].row <= places[name].row:
                yield name, imported
