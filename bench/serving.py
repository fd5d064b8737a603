"""The real server in a process of its own, on a free port of this machine, and what it takes up."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

PRINTLINK = [sys.executable, "-c", "from service.cli import main; main()"]
START_S = 300.0


class Footprint(NamedTuple):
    """What a process takes up."""

    files: int
    threads: int
    resident_mb: float


@dataclass(frozen=True)
class Server:
    """A server that answers at `url`."""

    url: str
    process: psutil.Process

    @property
    def stream_url(self) -> str:
        return "ws" + self.url.removeprefix("http") + "/v1/stream"

    @property
    def is_running(self) -> bool:
        """Whether it is still the process that was started."""
        return self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE

    def footprint(self) -> Footprint:
        """Return what it takes up now."""
        process = self.process
        resident = process.memory_info().rss / 2**20
        return Footprint(process.num_fds(), process.num_threads(), resident)


@contextlib.contextmanager
def serve(*, log: Path = Path(os.devnull), **environment: str) -> Iterator[Server]:
    """Start a server that writes to `log`; gives it once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*PRINTLINK, "serve", "--port", str(port)]
    quiet = {"PRINTLINK_LOG__LEVEL": "error"}
    with (
        log.open("w") as stdout,
        subprocess.Popen(command, stdout=stdout, env=os.environ | quiet | environment) as process,
    ):
        try:
            server = Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
            _wait_until_ready(server)
            yield server
        finally:
            process.terminate()


def _wait_until_ready(server: Server) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.is_running:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/readyz", timeout=START_S).is_success:
                return
        time.sleep(0.2)
    sys.exit("bench: the server never became ready")
