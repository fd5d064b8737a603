"""The service run in a root file system with no more than compose lets it have."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from bench.dockerfile import read_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.dockerfile import Stage
    from bench.rootfs import Root

RIGHTS = ("--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")


@dataclass
class Container:
    """An image's last stage, and the environment that it is run with."""

    root: Root
    stage: Stage
    env: Mapping[str, str]

    @contextlib.contextmanager
    def serve(self) -> Iterator[psutil.Process]:
        """Run the image's command: no network, nothing to write to but two folders in memory."""
        mounts = [
            f"mount --bind {self.root.path} {self.root.path}",
            f"cd {self.root.path}",
            "mount -o remount,bind,ro .",
            "mount -t proc proc proc",
            "mount -t tmpfs tmpfs tmp",
            "mount -t tmpfs tmpfs dev/shm",
            "ip link set lo up",
        ]
        command = [*self._lower(), *read_command(self.stage.find("CMD").rest)]
        command = ["unshare", "--net", *self.root.enter(mounts, command, self.env)]
        with subprocess.Popen(command) as process:
            try:
                yield psutil.Process(process.pid)
            finally:
                process.terminate()

    def execute(
        self, process: psutil.Process, *, command: Sequence[str], given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command beside the service, as `docker exec` does."""
        enter = ["nsenter", f"--target={process.pid}", "--mount", "--net", "--root", "--wd=/tmp"]
        variables = [f"{name}={value}" for name, value in self.env.items()]
        inside = ["/usr/bin/env", "-i", *variables, *self._lower(), *command]
        return subprocess.run(
            [*enter, *inside],
            input=given,
            capture_output=True,
            check=False,
            env=os.environ | {"PATH": self.env["PATH"]},
        )

    def _lower(self) -> list[str]:
        user = self.stage.find("USER").rest
        return ["setpriv", f"--reuid={user}", f"--regid={user}", *RIGHTS]
