"""What promtool proves of the alerts that ship: those that a case of their rule tests sees fire."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import yaml

from bench.prometheus import SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "promtool"
CASES = SHIPPED / "alerts_test.yml"


def list_proven(cases: Path = CASES) -> frozenset[str]:
    """Return the alerts that fire in a case; none where the cases do not hold or no promtool is."""
    if shutil.which(PROGRAM) is None:
        return frozenset()
    ran = subprocess.run([PROGRAM, "test", "rules", cases], capture_output=True, check=False)
    return name_fired(cases) if ran.returncode == 0 else frozenset()


def name_fired(cases: Path = CASES) -> frozenset[str]:
    """Return the alerts that some case expects to fire."""
    tests = yaml.safe_load(cases.read_text(encoding="utf-8"))["tests"]
    return frozenset(
        case["alertname"]
        for test in tests
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    )
