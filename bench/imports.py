"""Which module of a package imports which, and what from outside, read from the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


class Module(NamedTuple):
    """A module: its first line, the modules of its package that it imports, and other packages."""

    says: str
    imports: frozenset[str]
    foreign: frozenset[str]


def read_modules(package: Path) -> dict[str, Module]:
    """Return the modules in a folder by name; imports for the type checker alone do not count."""
    trees = {
        path.stem: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.glob("*.py"))
        if path.stem != "__init__"
    }
    return {name: _describe(tree, package.name, trees.keys()) for name, tree in trees.items()}


def _describe(tree: ast.Module, package: str, names: Collection[str]) -> Module:
    found = {tuple(name.split(".")) for name in _find_imports(tree)}
    inner = {path[1] for path in found if path[0] == package and len(path) > 1}
    says = (ast.get_docstring(tree) or "").partition("\n")[0]
    foreign = {path[0] for path in found} - {package}
    return Module(says, frozenset(inner & set(names)), frozenset(foreign))


def _find_imports(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            yield from (f"{module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _find_imports(child)
