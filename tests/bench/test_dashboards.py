"""Whoever asks the dashboard's queries can tell data, silence and mistakes from one another."""

import json

import httpx
import pytest

from bench.dashboards import DASHBOARD, ask_alerts, ask_queries, name_families, read_queries
from bench.prometheus import write_config

NOTHING = {"status": "success", "data": {"result": []}}


def series(*values: str) -> dict:
    return {"status": "success", "data": {"result": [{"value": [0, value]} for value in values]}}


def open_prometheus(reply: dict, *, families=(), rules=()) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        replies = {
            "/api/v1/metadata": {"data": dict.fromkeys(families)},
            "/api/v1/query": reply,
            "/api/v1/rules": {"data": {"groups": [{"rules": list(rules)}]}},
        }
        return httpx.Response(200, json=replies[request.url.path])

    return httpx.Client(base_url="http://prometheus", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("reply", "families", "state"),
    [
        (series("1", "NaN"), (), "data"),
        (series("NaN"), ("printlink_frames_total",), "idle"),
        (NOTHING, ("printlink_frames_total",), "idle"),
        (NOTHING, (), "unknown"),
        ({"status": "error", "error": "no such function"}, (), "error"),
    ],
)
def test_what_became_of_a_query(reply, families, state, tmp_path):
    target = {"expr": "sum(rate(printlink_frames_total[$__rate_interval]))"}
    board = tmp_path / "board.json"
    board.write_text(json.dumps({"panels": [{"title": "Frames", "targets": [target]}]}))
    (finding,) = ask_queries(open_prometheus(reply, families=families), board)
    assert (finding.state, finding.title) == (state, "Frames")


def test_alerts_tell_their_state_unless_they_ask_for_nothing_known():
    rule = {"name": "A", "query": "up == 0", "health": "ok", "state": "firing"}
    strange = rule | {"name": "B", "query": "printlink_unheard_total > 0"}
    broken = rule | {"name": "C", "health": "err", "lastError": "many-to-many"}
    found = list(ask_alerts(open_prometheus(NOTHING, rules=[rule, strange, broken])))
    assert [(one.state, one.detail) for one in found] == [
        ("firing", ""),
        ("unknown", "printlink_unheard"),
        ("error", "many-to-many"),
    ]


def test_families_are_named_without_the_suffix_of_a_series():
    expression = "rate(printlink_stage_seconds_bucket[5m]) / process_cpu_seconds_total"
    assert name_families(expression) == {"printlink_stage_seconds", "process_cpu_seconds"}


def test_no_query_of_the_dashboard_is_left_out():
    targets = json.loads(DASHBOARD.read_text())["panels"]
    assert len(list(read_queries())) == sum(len(panel.get("targets", ())) for panel in targets)


def test_the_clocks_of_the_shipped_configuration_run_faster(tmp_path):
    config = write_config(tmp_path / "config", target="127.0.0.1:9", scrape_s=2)
    text = config.read_text()
    assert 'targets: ["127.0.0.1:9"]' in text
    assert text.count("interval: 2s") == 2
    alerts = (config.parent / "alerts.yml").read_text()
    assert "for: 5s" in alerts
    assert "[15s]" in alerts
    assert "5m" not in alerts
