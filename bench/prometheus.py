"""A Prometheus in a process of its own, with what ships as its configuration."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = Path(__file__).parents[1] / "deploy" / "prometheus"
PROGRAM = "prometheus"
START_S = 60.0
_MINUTES = re.compile(r"\b(\d+)m\b")


@contextlib.contextmanager
def watch(target: str, *, scrape_s: int = 1) -> Iterator[httpx.Client]:
    """Scrape `target` (host:port); gives a client of the Prometheus once that is ready.

    It scrapes more often than what ships, and each minute of an alert is a second.
    """
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
        probe.close()
        config = write_config(Path(scratch) / "config", target=target, scrape_s=scrape_s)
        command = [
            PROGRAM,
            f"--config.file={config}",
            f"--storage.tsdb.path={scratch}/data",
            f"--web.listen-address={address}",
            "--log.level=error",
        ]
        with (
            subprocess.Popen(command) as process,
            httpx.Client(base_url=f"http://{address}", timeout=30) as client,
        ):
            try:
                _wait_until_ready(client, process)
                yield client
            finally:
                process.terminate()


def write_config(folder: Path, *, target: str, scrape_s: int) -> Path:
    """Copy what ships, with another target and faster clocks; gives the file to start with."""
    shutil.copytree(SHIPPED, folder)
    alerts, config = folder / "alerts.yml", folder / "prometheus.yml"
    alerts.write_text(_MINUTES.sub(r"\1s", alerts.read_text(encoding="utf-8")), encoding="utf-8")
    text = config.read_text(encoding="utf-8").replace("printlink:8000", target)
    config.write_text(text.replace("interval: 5s", f"interval: {scrape_s}s"), encoding="utf-8")
    return config


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/-/ready").is_success:
                return
        time.sleep(0.1)
    sys.exit("bench: Prometheus never became ready")
