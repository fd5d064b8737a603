"""A Dockerfile as its stages and their instructions, as far as ours goes."""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCKERFILE = Path(__file__).parents[1] / "Dockerfile"
_COMMENT = re.compile(r"^\s*#.*\n?", re.MULTILINE)
_FLAG = re.compile(r"--([\w-]+)=(\S+)\s+")


class Instruction(NamedTuple):
    """One instruction: `word` in capitals, its flags, and the rest of its lines as one."""

    word: str
    flags: dict[str, str]
    rest: str


@dataclass(frozen=True)
class Stage:
    """What stands from one FROM to the next."""

    image: str
    name: str
    instructions: tuple[Instruction, ...]

    def find(self, word: str) -> Instruction:
        """Return the last instruction of a kind, which is the one that counts."""
        return [one for one in self.instructions if one.word == word][-1]


def read_stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile in their order."""
    lines = _COMMENT.sub("", text).replace("\\\n", " ").splitlines()
    instructions = [_read_instruction(line) for line in lines if line.strip()]
    starts = [at for at, one in enumerate(instructions) if one.word == "FROM"]
    ends = [*starts[1:], len(instructions)]
    return [_read_stage(instructions[start:end]) for start, end in zip(starts, ends, strict=True)]


def _read_instruction(line: str) -> Instruction:
    word, rest = line.strip().split(maxsplit=1)
    flags = {}
    while match := _FLAG.match(rest):
        flags[match[1]] = match[2]
        rest = rest[match.end() :]
    return Instruction(word.upper(), flags, " ".join(rest.split()))


def _read_stage(instructions: list[Instruction]) -> Stage:
    image, _, name = instructions[0].rest.partition(" AS ")
    return Stage(image, name, tuple(instructions[1:]))


def read_variables(rest: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return what an ENV sets, with what is `known` filled in."""
    variables = {}
    for word in shlex.split(rest):
        name, _, value = word.partition("=")
        variables[name] = re.sub(r"\$(\w+)", lambda match: known[match[1]], value)
    return variables


def read_command(rest: str) -> list[str]:
    """Return the words of a CMD or a HEALTHCHECK in the form of a JSON list."""
    words: list[str] = json.loads(rest[rest.index("[") :])
    return words


def list_context(folder: Path) -> Iterator[Path]:
    """Yield each file that `.dockerignore` lets into the build, relative to the folder."""
    lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    for parent, folders, files in os.walk(folder):
        here = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (here / name for name in files if not _is_ignored(here / name, patterns))


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    # The last line that fits a file or a folder that it is in decides.
    names = [str(path), *(str(parent) for parent in path.parents)]
    fitting = [
        pattern
        for pattern in patterns
        if any(fnmatch(f"/{name}", f"/{pattern.lstrip('!')}") for name in names)
    ]
    return bool(fitting) and not fitting[-1].startswith("!")
