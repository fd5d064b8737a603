"""The walls between the packages: who may import whom, and what an import does."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("service", "model_store", "training")
STAGES = ("decode", "detect", "expand", "recognize", "url", "pipeline")
# TensorFlow takes seconds to import: whoever needs these imports them when it runs.
LOADED_LATE = {"saved_model.py", "adopt.py"}
WEB = {"asyncio", "fastapi", "prometheus_client", "starlette", "uvicorn"}

WATCH_IMPORTS = """
import importlib, json, os, sys, threading
import cv2  # OpenCV itself writes LD_LIBRARY_PATH.
environment = dict(os.environ)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps({
    "tensorflow": "tensorflow" in sys.modules,
    "threads": threading.active_count(),
    "environment": dict(os.environ) == environment,
}))
"""


def list_sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def find_imports(source: str, package: str) -> Iterator[str]:
    """Yield every module that `source`, a file in `package`, imports at any depth."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                start = [node.module] if node.module else []
                if node.level:
                    start = package.split(".")[: 1 - node.level or None] + start
                yield from (".".join([*start, alias.name]) for alias in node.names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def roots_of(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return {name.split(".")[0] for name in find_imports(path.read_text(), package)}


def importers_of(package: str, *foreign: str) -> set[str]:
    return {path.name for path in list_sources(package) if roots_of(path) & set(foreign)}


def reach_of(modules: set[str]) -> set[Path]:
    """Return the files of the service that `modules` import, directly or by way of others."""
    sources = {module_of(path): path for path in list_sources("service")}
    reached, waiting = set(), set(modules)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        found = set(find_imports(sources[name].read_text(), "service"))
        found |= {imported.rpartition(".")[0] for imported in found}
        waiting |= (found & sources.keys()) - reached - {"service"}
    return {sources[name] for name in reached}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import training.cli", "training.cli"),
        ("from training import cli", "training.cli"),
        ("def late():\n    from training.cli import app", "training.cli.app"),
        ("from .. import training", "training"),
        ("from ..training import cli", "training.cli"),
        ("from . import errors", "service.errors"),
        ("import importlib\nimportlib.import_module('training')", "training"),
        ("__import__('training')", "training"),
    ],
)
def test_an_import_is_found_wherever_it_hides(source, found):
    assert found in set(find_imports(source, "service"))


@pytest.mark.parametrize(
    ("package", "strangers"),
    [
        ("service", {"training", "scale", "tests", "bench"}),
        ("training", {"service", "scale", "tests", "bench"}),
        ("scale", {"training", "tests", "bench"}),
        ("model_store", {"service", "training", "scale", "tests", "bench"}),
        ("printlink", {"service", "training", "model_store", "scale", "tests", "bench"}),
    ],
)
def test_the_packages_meet_in_the_model_store_only(package, strangers):
    assert list_sources(package)
    crossed = {str(path): roots_of(path) & strangers for path in list_sources(package)}
    assert {path: names for path, names in crossed.items() if names} == {}


def test_one_file_of_the_service_knows_tensorflow():
    assert importers_of("service", "tensorflow", "keras") == {"saved_model.py"}
    assert importers_of("model_store", "tensorflow", "keras") == set()


def test_one_file_of_the_service_knows_litert():
    assert importers_of("service", "ai_edge_litert") == {"litert.py"}


def test_one_file_of_the_service_knows_tesseract():
    assert importers_of("service", "tesserocr", "pytesseract") == {"tesseract.py"}


def test_one_file_of_the_service_knows_opentelemetry():
    assert importers_of("service", "opentelemetry") == {"traces.py"}


def test_no_deadline_and_no_age_depends_on_a_clock_that_can_be_set():
    told = re.compile(r"\btime\.time\b|datetime\.now|\.utcnow|date\.today")
    assert [path.name for path in list_sources("service") if told.search(path.read_text())] == []


def test_one_file_of_the_service_makes_threads():
    assert importers_of("service", "concurrent", "multiprocessing") == {"runner.py"}


def test_no_stage_knows_the_web():
    reached = reach_of({f"service.{stage}" for stage in STAGES})
    assert ROOT / "service" / "tesseract.py" in reached
    assert {path.name: roots_of(path) & WEB for path in reached if roots_of(path) & WEB} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_reaches_for_a_global(package):
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in list_sources(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Global)
    ]
    assert guilty == []


@pytest.mark.parametrize("package", ["service", "model_store"])
def test_importing_does_nothing(package):
    modules = [module_of(path) for path in list_sources(package) if path.name not in LOADED_LATE]
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCH_IMPORTS, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert json.loads(ran.stdout) == {"tensorflow": False, "threads": 1, "environment": True}
