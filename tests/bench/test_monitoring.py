"""The table of what was watched: each alert and query with what shows that it works."""

import shutil

import pytest

from bench.dashboards import Finding
from bench.monitoring import is_fault, judge_alerts, judge_queries
from bench.rule_tests import CASES, PROGRAM, list_proven

QUIET_QUERY = Finding("idle", "Versions refused", "")


def said(title, *states):
    return [Finding(state, title, "") for state in states]


def states_of(findings, proven=frozenset()):
    return [finding.state for finding in judge_alerts(findings, proven)]


def test_an_alert_fired_live_or_in_a_rule_test_or_not_at_all():
    findings = [
        *said("PrintlinkGone", "inactive", "firing"),
        *said("PrintlinkFailing", "inactive"),
        *said("PrintlinkNotReady", "inactive"),
        QUIET_QUERY,
    ]
    rows = list(judge_alerts(findings, {"PrintlinkFailing"}))
    assert [row.title for row in rows] == ["PrintlinkGone", "PrintlinkFailing", "PrintlinkNotReady"]
    assert [row.state for row in rows] == ["fired live", "by rule test", "silent"]
    assert [is_fault(row) for row in rows] == [False, False, True]


@pytest.mark.parametrize("state", ["silent", "error", "unknown"])
def test_an_alert_that_was_to_fire_and_did_not_is_a_fault_whatever_its_rule_test_says(state):
    findings = said("PrintlinkGone", "inactive", state)
    assert states_of(findings, {"PrintlinkGone"}) == [state]


def test_a_query_without_data_says_why_or_is_a_fault():
    rows = list(
        judge_queries([QUIET_QUERY, *said("Frames", "data", "idle"), *said("Printlink", "x")])
    )
    assert [row.state for row in rows] == ["idle", "data", "idle"]
    assert "no version that is no good" in rows[0].detail
    assert [is_fault(row) for row in rows] == [False, False, True]


def test_nothing_is_proven_by_cases_that_do_not_hold(tmp_path):
    if shutil.which(PROGRAM) is None:
        pytest.skip("promtool is missing; Debian has it in the package prometheus")
    (tmp_path / "alerts.yml").write_text((CASES.parent / "alerts.yml").read_text())
    cases = tmp_path / "alerts_test.yml"
    cases.write_text(CASES.read_text())
    assert "PrintlinkFailing" in list_proven(cases)
    cases.write_text(CASES.read_text().replace("0+3x40", "0x40"))
    assert list_proven(cases) == frozenset()
