"""The fields of a `pipeline.config`, ticked off as they are taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from training.prototext import Leaf

Kind = TypeVar("Kind", int, float, str, bool)


class PipelineFields:
    """Gives the values of fields by their paths, and tells what nobody asked for."""

    def __init__(self, leaves: list[Leaf]) -> None:
        self._leaves = leaves
        self._taken: set[int] = set()
        self._notes: list[str] = []

    def has(self, path: str) -> bool:
        """Return whether there is such a field, or a message by that path."""
        return any(f"{leaf.path}.".startswith(f"{path}.") for leaf in self._leaves)

    def take(self, path: str, default: Kind) -> Kind:
        """Return the last value of a field as the type of `default`, which it is without one."""
        values = self.take_all(path)
        return type(default)(values[-1]) if values else default

    def take_all(self, path: str) -> list[Any]:
        """Return all values of a repeated field."""
        found = [(place, leaf) for place, leaf in enumerate(self._leaves) if leaf.path == path]
        self._taken |= {place for place, _ in found}
        return [leaf.value for _, leaf in found if leaf.value is not None]

    def take_if(self, path: str, values: tuple[object, ...]) -> None:
        """Tick off a field where its value is one of `values`; a message without fields is None."""
        self._taken |= {
            place
            for place, leaf in enumerate(self._leaves)
            if leaf.path == path and leaf.value in values
        }

    def list_messages(self, path: str) -> list[str]:
        """Return the names right under `path`, each once, in their order."""
        start = f"{path}."
        below = [leaf.path for leaf in self._leaves if leaf.path.startswith(start)]
        return list(dict.fromkeys(one.removeprefix(start).split(".")[0] for one in below))

    def note(self, path: str, message: str) -> None:
        """Say something about a field that was not taken over as it is."""
        lines = [leaf.line for leaf in self._leaves if f"{leaf.path}.".startswith(f"{path}.")]
        self._notes.append(f"line {lines[0]}: {path}: {message}" if lines else f"{path}: {message}")

    def list_notes(self) -> list[str]:
        """Return what was noted, then a message for each field that nobody took."""
        left = [
            f"line {leaf.line}: {leaf.path}: no counterpart, left out"
            for place, leaf in enumerate(self._leaves)
            if place not in self._taken
        ]
        return self._notes + left
