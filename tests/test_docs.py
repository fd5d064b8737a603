"""The documents, held against the code: what can be looked up is there, and is true."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import yaml
from pydantic.fields import FieldInfo

from bench.plots import PICTURES, Figure, draw_figure, read_figures
from service.errors import PrintlinkError
from service.metrics import Metrics
from service.settings import Settings
from training.cli import app as training_cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OWN_METRIC = re.compile(r"`(printlink_\w+)`")


def read_page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def list_settings() -> dict[str, FieldInfo]:
    return {
        f"PRINTLINK_{group}__{name}".upper(): field
        for group, holder in Settings.model_fields.items()
        for name, field in holder.annotation.model_fields.items()
    }


def show_default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "(empty)"
    return value if isinstance(value, str) else json.dumps(value)


def show_range(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "true, false"
    if get_origin(field.annotation) is Literal:
        return ", ".join(get_args(field.annotation))
    limits = {
        limit: getattr(part, limit)
        for part in field.metadata
        for limit in ("ge", "gt", "le")
        if hasattr(part, limit)
    }
    low = [
        f"{word} {limits[end]}" for end, word in (("ge", "from"), ("gt", "above")) if end in limits
    ]
    return " ".join(low + [f"to {limits[end]}" for end in ("le",) if end in limits]) or "any"


def list_codes() -> Iterator[tuple[str, int]]:
    waiting: list[type[PrintlinkError]] = [PrintlinkError]
    while waiting:
        kind = waiting.pop()
        yield kind.code, kind.status
        waiting += kind.__subclasses__()


def list_metrics() -> set[str]:
    return {
        name
        for metric in Metrics().registry.collect()
        for name in [f"{metric.name}_total" if metric.type == "counter" else metric.name]
        if name.startswith("printlink_")
    }


def list_anchors(page: Path) -> set[str]:
    """Return the names that headings get from Markdown's own rule, which GitHub shares."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings)
    return {re.sub(r"\s", "-", word) for word in words}


def list_site_pages(nav: list[dict]) -> Iterator[str]:
    for entry in nav:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from list_site_pages(target)


@pytest.mark.parametrize(("name", "field"), list_settings().items())
def test_every_setting_is_documented_with_its_default_and_range(name: str, field: FieldInfo):
    assert f"| `{name}` | {show_default(field)} | {show_range(field)} |" in read_page("operator")


def test_every_setting_says_what_it_does():
    assert [name for name, field in list_settings().items() if not field.description] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_document_names_a_setting_that_is_gone(page: Path):
    named = set(re.findall(r"PRINTLINK_[A-Z_]+__[A-Z_]+", page.read_text()))
    assert named - list_settings().keys() == set()


def test_the_documented_metrics_are_those_that_are_served():
    assert set(OWN_METRIC.findall(read_page("operator"))) == list_metrics()


def test_the_documented_error_codes_are_those_that_are_sent():
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", read_page("operator"), flags=re.MULTILINE)
    codes = {(code, int(status)) for code, status in rows}
    assert codes == {pair for pair in list_codes() if pair[0] != "startup_failed"}


def test_every_training_command_is_documented():
    page = read_page("trainer")
    names = {command.name for command in training_cli.registered_commands}
    assert {name for name in names if f"printlink-train {name}" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_local_link_leads_somewhere(page: Path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_anchor_is_a_heading(page: Path):
    links = re.findall(r"\]\(((?!https?:)[^)#]*)#([^)]+)\)", page.read_text())
    wrong = [
        f"{target}#{anchor}"
        for target, anchor in links
        if anchor not in list_anchors(page.parent / target if target else page)
    ]
    assert wrong == []


def test_the_site_has_every_page_once():
    site = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
    pages = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
    assert sorted(list_site_pages(site["nav"])) == pages


@pytest.mark.parametrize("figure", read_figures(), ids=lambda figure: figure.name)
def test_figures_are_drawn_from_what_was_measured(figure: Figure):
    drawn = (PICTURES / f"{figure.name}.svg").read_text()
    assert drawn == draw_figure(figure), "run: python -m bench.plots"
    assert f"](images/figures/{figure.name}.svg)" in read_page("performance")
    assert set(figure.ours) <= figure.bars.keys()


def test_every_alert_is_documented_with_its_severity():
    rows = dict(
        re.findall(r"^\| `(Printlink\w+)` \| (\w+) \|", read_page("operator"), re.MULTILINE)
    )
    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rows == {rule["alert"]: rule["labels"]["severity"] for rule in rules}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path):
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`?\bmake ([a-z-]+)\b(?=`| [A-Z]+=|$)", page.read_text(), re.MULTILINE))
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()
