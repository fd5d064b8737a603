"""The quota of the container counts, not the processors of its host."""

import os

import pytest

from service.quota import count_cpus, read_cpu_features, read_memory_limit


@pytest.fixture(autouse=True)
def eight_cpus(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.parametrize(
    ("cpu_max", "expected"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("3200000 100000", 8),
        ("max 100000", 8),
        ("", 8),
    ],
)
def test_version_2_quota(tmp_path, cpu_max, expected):
    (tmp_path / "cpu.max").write_text(cpu_max)
    assert count_cpus(tmp_path) == expected


@pytest.mark.parametrize(("quota_us", "expected"), [("300000", 3), ("-1", 8)])
def test_version_1_quota(tmp_path, quota_us, expected):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota_us}\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert count_cpus(tmp_path) == expected


def test_without_cgroups_the_affinity_counts(tmp_path):
    assert count_cpus(tmp_path) == 8


@pytest.mark.parametrize(("cpus", "expected"), [(6, 6), (None, 1)])
def test_without_affinity_the_machine_counts(tmp_path, monkeypatch, cpus, expected):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: cpus)
    assert count_cpus(tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("memory.max", "2147483648", 2**31),
        ("memory.max", "max", None),
        ("memory.max", "", None),
        ("memory/memory.limit_in_bytes", "1073741824", 2**30),
        ("memory/memory.limit_in_bytes", "9223372036854771712", None),
    ],
)
def test_the_memory_limit_of_both_versions(tmp_path, name, text, expected):
    (tmp_path / "memory").mkdir()
    (tmp_path / name).write_text(text)
    assert read_memory_limit(tmp_path) == expected


def test_no_cgroup_is_no_memory_limit(tmp_path):
    assert read_memory_limit(tmp_path) is None


def test_features_of_the_processor_are_read_from_the_kernel(tmp_path):
    facts = tmp_path / "cpuinfo"
    facts.write_text("model name : x\nflags\t\t: fpu avx avx2 amx_tile\nflags\t\t: fpu\n")
    assert read_cpu_features(facts) == {"avx2": "AVX2", "amx_tile": "AMX"}
    facts.write_text("Features : asimd\n")
    assert read_cpu_features(facts) == {}
    assert read_cpu_features(tmp_path / "none") == {}
