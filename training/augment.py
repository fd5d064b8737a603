"""Augmentation: random changes to examples, by the names and fields of a `pipeline.config`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from training.augment_colour import COLOUR_OPTIONS
from training.augment_shape import SHAPE_OPTIONS, fit_square

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from training.example import Example, ExampleSource


class Augmentation(Protocol):
    """Returns an example changed at random; keywords are the option's fields."""

    def __call__(self, example: Example, rng: np.random.Generator, **fields: float) -> Example:
        """Return the changed example."""
        ...


OPTIONS: dict[str, Augmentation] = {**SHAPE_OPTIONS, **COLOUR_OPTIONS}


@dataclass(frozen=True)
class AugmentedSource:
    """The examples of `source` after all options of `augment`, in their order, `size` px square."""

    source: ExampleSource
    size: int
    augment: Mapping[str, Mapping[str, Any]]

    def sample(self, rng: np.random.Generator) -> Example:
        """Return a changed example; its aspect ratio is kept, what it lacks to a square is grey."""
        example = self.source.sample(rng)
        for name, fields in self.augment.items():
            example = OPTIONS[name](example, rng, **fields)
        return fit_square(example, self.size)


def augment_source(
    source: ExampleSource, size: int, augment: Mapping[str, Mapping[str, Any]]
) -> ExampleSource:
    """Return a source whose examples are changed at random, or `source` where nothing is asked.

    Raises ValueError where an option or one of its fields is unknown.
    """
    for name, fields in augment.items():
        check_option(name, fields)
    return AugmentedSource(source, size, augment) if augment else source


def check_option(name: str, fields: Mapping[str, Any]) -> None:
    """Raise ValueError where there is no such option, or it has no such field."""
    if name not in OPTIONS:
        raise ValueError(f"expected an augmentation of {sorted(OPTIONS)}, received {name}")
    if strangers := sorted(fields.keys() - list_fields(name)):
        known = sorted(list_fields(name))
        raise ValueError(f"{name}: expected fields of {known}, received {strangers}")


def list_fields(name: str) -> set[str]:
    """Return the fields of an option."""
    return set(inspect.signature(OPTIONS[name]).parameters) - {"example", "rng"}
