"""What this process may really use: the container's quota, and what its processors can do."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Final

_CGROUP_DIR = Path("/sys/fs/cgroup")
_CPU_FACTS: Final = Path("/proc/cpuinfo")
# What TensorFlow is fast with, the first of which it is slow without.
_CPU_FEATURES: Final = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "amx_tile": "AMX",
}


def count_cpus(cgroup_dir: Path = _CGROUP_DIR) -> int:
    """Return the processors this process may use, at least 1.

    In a container the affinity mask shows the host's processors; the quota is in cgroup files
    (version 2: `cpu.max`; version 1: `cpu/cpu.cfs_*_us`).
    """
    quota = _read_quota(cgroup_dir)
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(available or 1, math.ceil(quota)) if quota else available or 1)


def read_memory_limit(cgroup_dir: Path = _CGROUP_DIR) -> int | None:
    """Return the bytes that the container may take, None where nothing says so."""
    fields = _read_fields(cgroup_dir / "memory.max") or _read_fields(
        cgroup_dir / "memory" / "memory.limit_in_bytes"
    )
    limit = int(fields[0]) if fields and fields[0].isdigit() else None
    # Version 1 says "no limit" with a number that no machine has.
    return limit if limit is not None and limit < 2**60 else None


def read_cpu_features(path: Path = _CPU_FACTS) -> dict[str, str]:
    """Return what TensorFlow makes use of, by the kernel's name; nothing where that is unknown."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return {flag: name for flag, name in _CPU_FEATURES.items() if flag in flags}


def _read_quota(cgroup_dir: Path) -> float | None:
    fields = _read_fields(cgroup_dir / "cpu.max") or [
        *_read_fields(cgroup_dir / "cpu" / "cpu.cfs_quota_us"),
        *_read_fields(cgroup_dir / "cpu" / "cpu.cfs_period_us"),
    ]
    if len(fields) != 2 or not fields[0].isdigit():
        return None
    return int(fields[0]) / int(fields[1])


def _read_fields(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
