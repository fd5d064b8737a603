"""JSON whose list items know their line: what COCO's large files need for a useful message."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# An item of a list and the line on which it starts.
Lined = tuple[int, Any]

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def parse_lists(text: str) -> dict[str, list[Lined]]:
    """Return the lists in a JSON object by their keys, each item with its line.

    Raises json.JSONDecodeError for broken JSON, ValueError where the whole is no object.
    """
    if not isinstance(json.loads(text), dict):
        raise ValueError("expected a JSON object")
    ends = [found.end() for found in re.finditer("\n", text)]
    return {
        key: [(bisect_right(ends, at) + 1, value) for at, value in items]
        for key, items in _walk_object(text)
    }


def _walk_object(text: str) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    """Yield the lists of an object that is known to be well-formed."""
    at = _after(text, _skip(text, 0))
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _after(text, _skip(text, at))
        if text[at] == "[":
            items, at = _walk_list(text, at)
            yield key, items
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _skip_comma(text, at)


def _walk_list(text: str, at: int) -> tuple[list[tuple[int, Any]], int]:
    """Return the items of the list that starts at `at`, where each starts, and the list's end."""
    items = []
    at = _after(text, at)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        items.append((at, value))
        at = _skip_comma(text, end)
    return items, at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int) -> int:
    """Return the next place that matters behind a bracket, a colon or a comma."""
    return _skip(text, at + 1)


def _skip_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _after(text, at) if text[at] == "," else at
