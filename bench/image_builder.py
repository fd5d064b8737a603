"""Carries out the stages of a Dockerfile, each in a folder with a Debian of its own."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import typer

from bench.dockerfile import DOCKERFILE, list_context, read_variables
from bench.rootfs import Root, copy_root, make_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.dockerfile import Instruction, Stage

SOURCES = DOCKERFILE.parent
_PYTHON = re.compile(r"python:(3)\.(\d+)[\d.]*-slim-(\w+)")
_UV = re.compile(r"ghcr\.io/astral-sh/uv:([\d.]+)")


class Builder:
    """Builds one stage after the other in a scratch folder."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._roots: dict[str, Root] = {}
        self.base_mb = 0.0

    def build(self, stages: Sequence[Stage]) -> Root:
        """Carry out all stages, and return the last one."""
        base = self._make_base({stage.image for stage in stages})
        self.base_mb = base.measure_mb()
        for number, stage in enumerate(stages):
            root = copy_root(base, self._scratch / f"stage-{number}")
            self._roots[stage.name] = root
            for instruction in stage.instructions:
                typer.echo(f"{stage.name:6}{instruction.word} {instruction.rest[:90]}")
                self._carry_out(instruction, root)
        return root

    def _make_base(self, images: set[str]) -> Root:
        (image,) = images
        match = _PYTHON.fullmatch(image)
        if match is None:
            raise typer.BadParameter(f"{image} is no slim Python on a Debian")
        major, minor, suite = match.groups()
        base = make_root(self._scratch / "base", suite=suite)
        base.run(f"python -c 'import sys; assert sys.version_info[:2] == ({major}, {minor})'")
        return base

    def _carry_out(self, instruction: Instruction, root: Root) -> None:
        rest = instruction.rest
        match instruction.word:
            case "ENV":
                root.env |= read_variables(rest, root.env)
            case "WORKDIR":
                root.workdir = rest
                root.locate(rest).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(instruction, root)
            case "RUN" if "mount" in instruction.flags:
                cache = self._scratch / "cache"
                cache.mkdir(exist_ok=True)
                root.run(rest, cache=cache, cache_at=_read_cache(instruction.flags["mount"]))
            case "RUN":
                root.run(rest)
            case "USER" | "EXPOSE" | "HEALTHCHECK" | "CMD":
                pass
            case word:
                raise typer.BadParameter(f"{word} is more than this builder knows")

    def _copy(self, instruction: Instruction, root: Root) -> None:
        *names, target = instruction.rest.split()
        origin = instruction.flags.get("from")
        if origin in self._roots:
            root.copy([self._roots[origin].locate(name) for name in names], target)
        elif origin:
            root.copy([fetch_uv(origin, self._scratch / "uv")], target)
        elif names == ["."]:
            for path in list_context(SOURCES):
                root.copy([SOURCES / path], str(path))
        else:
            root.copy([SOURCES / name for name in names], target)


def _read_cache(mount: str) -> str:
    facts = dict(word.split("=") for word in mount.split(","))
    if facts["type"] != "cache":
        raise typer.BadParameter(f"a mount of type {facts['type']} is more than this builder knows")
    return facts["target"]


def fetch_uv(image: str, folder: Path) -> Path:
    """Fetch from PyPI the program that an image of uv holds."""
    match = _UV.fullmatch(image)
    if match is None:
        raise typer.BadParameter(f"{image} is no image of uv")
    package = f"uv=={match[1]}"
    subprocess.run(["uv", "pip", "install", "--quiet", "--target", folder, package], check=True)
    return folder / "bin" / "uv"
