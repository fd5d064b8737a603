"""The shipped service under the shipped Prometheus: the dashboard has data, and alarms ring."""

import shutil

import pytest

from bench.dashboards import read_queries
from bench.monitoring import STOPPED, TOO_MUCH, is_fault, watch_service
from bench.prometheus import PROGRAM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which(PROGRAM) is None,
        reason="prometheus is missing; Debian has it in the package prometheus",
    ),
]


def test_the_dashboard_has_data_and_the_alarms_ring():
    findings = list(watch_service())
    assert [finding for finding in findings if is_fault(finding)] == []
    titles = [finding.title for finding in findings]
    assert all(query.title in titles for query in read_queries())
    states = [(finding.title, finding.state) for finding in findings]
    for alert in TOO_MUCH | STOPPED:
        quiet, loud = [state for title, state in states if title == alert]
        assert (quiet, loud) == ("inactive", "firing")
