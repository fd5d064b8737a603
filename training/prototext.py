"""Messages in protobuf's text format, read without knowing what kind of message they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | int | float | bool | None

_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+|\#[^\n]*)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<extension>\[[\w./]*[A-Za-z_][\w./]*\](?=\s*[:{<]))
    |(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?f?(?![\w.]))
    |(?P<name>-?[A-Za-z_]\w*)
    |(?P<sign>[:{}<>\[\]])""",
    re.VERBOSE,
)
_CLOSING = {"{": "}", "<": ">"}
_WORDS: dict[str, Value] = {"true": True, "false": False}
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class PrototextError(ValueError):
    """The text is no message; the error says in which line it ceases to be one."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value under the names of its fields, joined by dots; a message without fields is None."""

    path: str
    value: Value
    line: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def read_leaves(text: str) -> list[Leaf]:
    """Return all values of a message in their order; raises PrototextError."""
    reader = _Reader(list(_split(text)))
    return list(reader.read_message("", closing=""))


def _split(text: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise PrototextError(f"line {line}: cannot read {text[place : place + 20]!r}")
        kind = str(match.lastgroup)
        if kind != "space":
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
        place = match.end()
    yield _Token("end", "", line)


class _Reader:
    """Reads tokens from the first to the last."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._place = tokens, 0

    def read_message(self, path: str, *, closing: str) -> Iterator[Leaf]:
        """Yield the leaves up to the closing bracket, or to the end where there is none."""
        while self._now.text != closing or self._now.kind not in {"sign", "end"}:
            name = self._take("name", "extension")
            yield from self._read_field(f"{path}.{name.text}" if path else name.text, name.line)
        self._place += 1

    def _read_field(self, path: str, line: int) -> Iterator[Leaf]:
        if self._now.text == ":":
            self._place += 1
        if self._now.text == "[":
            self._place += 1
            while self._now.text != "]":
                yield from self._read_value(path, line)
            self._place += 1
        else:
            yield from self._read_value(path, line)

    def _read_value(self, path: str, line: int) -> Iterator[Leaf]:
        if self._now.text in _CLOSING and self._now.kind == "sign":
            closing = _CLOSING[self._take("sign").text]
            inside = list(self.read_message(path, closing=closing))
            yield from inside or [Leaf(path, None, line)]
        elif self._now.kind == "string":
            yield Leaf(path, self._read_strings(), line)
        else:
            yield Leaf(path, _parse(self._take("number", "name")), line)

    def _read_strings(self) -> str:
        """Return strings that follow one another as one, as C does it."""
        parts = []
        while self._now.kind == "string":
            parts.append(_unquote(self._take("string").text))
        return "".join(parts)

    @property
    def _now(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *kinds: str) -> _Token:
        token = self._now
        if token.kind not in kinds:
            found = token.text or "the end"
            raise PrototextError(f"line {token.line}: expected a {kinds[0]}, received {found}")
        self._place += 1
        return token


def _unquote(quoted: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), quoted[1:-1])


def _parse(token: _Token) -> Value:
    if token.kind == "name":
        return _WORDS.get(token.text, token.text)
    text = token.text.rstrip("f")
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
