"""Asks a Prometheus every query of the dashboard, and what its alerts say.

    python -m bench.dashboards --prometheus http://127.0.0.1:9090

That is the one of `docker compose up`; bench.monitoring starts one of its own.

A line each: `data`, `idle` where nothing of the kind has happened but the service has the metrics,
`unknown` where it has not, `error` where Prometheus does not understand. The latter two are faults,
and the exit status is 1 then.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import httpx
import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

DASHBOARD = Path(__file__).parents[1] / "deploy" / "grafana" / "dashboards" / "printlink.json"
# What Grafana puts in place of its variables.
VARIABLES = {"$instance": ".*", "$__rate_interval": "1m"}
FAULTS = frozenset({"unknown", "error"})
_METRIC = re.compile(r"\b(?:printlink|process)_\w+")
_SUFFIX = re.compile(r"_(?:total|bucket|sum|count)$")

Address = Annotated[str, typer.Option(help="Address of the Prometheus.")]


class Query(NamedTuple):
    """One expression and where it comes from."""

    title: str
    expression: str


class Finding(NamedTuple):
    """What became of a query."""

    state: str
    title: str
    detail: str


def read_queries(dashboard: Path = DASHBOARD) -> Iterator[Query]:
    """Give each query of a dashboard, its variables filled in."""
    for panel in json.loads(dashboard.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            yield Query(panel["title"], expression)


def name_families(expression: str) -> set[str]:
    """Return the metrics that an expression asks for, without the suffixes of their series."""
    return {_SUFFIX.sub("", name) for name in _METRIC.findall(expression)}


def ask_queries(prometheus: httpx.Client, dashboard: Path = DASHBOARD) -> Iterator[Finding]:
    """Evaluate the dashboard's queries now."""
    known = _list_families(prometheus)
    for query in read_queries(dashboard):
        reply = prometheus.get("/api/v1/query", params={"query": query.expression}).json()
        state, detail = _judge(reply, name_families(query.expression) - known)
        yield Finding(state, query.title, detail)


def ask_alerts(prometheus: httpx.Client) -> Iterator[Finding]:
    """Tell the state of each alert that Prometheus has loaded: `inactive`, `pending`, `firing`."""
    known = _list_families(prometheus)
    groups = prometheus.get("/api/v1/rules", params={"type": "alert"}).json()["data"]["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        missing = name_families(rule["query"]) - known
        state = "error" if rule["health"] == "err" else "unknown" if missing else rule["state"]
        yield Finding(state, rule["name"], rule.get("lastError") or ", ".join(sorted(missing)))


def _list_families(prometheus: httpx.Client) -> Set[str]:
    return {_SUFFIX.sub("", name) for name in prometheus.get("/api/v1/metadata").json()["data"]}


def _judge(reply: dict[str, Any], missing: Set[str]) -> tuple[str, str]:
    if reply["status"] != "success":
        return "error", reply["error"]
    # The quantile of nothing is no number.
    if series := [one for one in reply["data"]["result"] if one["value"][1] != "NaN"]:
        return "data", f"{len(series)} series"
    return ("unknown", ", ".join(sorted(missing))) if missing else ("idle", "")


def main(prometheus: Address = "http://127.0.0.1:9090") -> None:
    """Ask a Prometheus every query of the dashboard, and what its alerts say."""
    with httpx.Client(base_url=prometheus, timeout=30) as client:
        findings = [*ask_queries(client), *ask_alerts(client)]
    for finding in findings:
        typer.echo(f"{finding.state:8}  {finding.title}  {finding.detail}".rstrip())
    raise typer.Exit(any(finding.state in FAULTS for finding in findings))


if __name__ == "__main__":
    typer.run(main)
