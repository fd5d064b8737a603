"""A folder with a whole Debian in it, and what an image's builder does there: copy and run."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
# What the official Python images have of Debian, and Debian's Python in place of one of their own.
PACKAGES = ("ca-certificates", "netbase", "python3", "tzdata")
PYTHON_AT = "usr/local/bin"
# Whom this machine trusts, such as a company's proxy.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass
class Root:
    """A root file system, and where and with which environment its commands run."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"

    def locate(self, name: str) -> Path:
        """Return where a path in the image lies on this machine."""
        inside = os.path.normpath(os.path.join(self.workdir, name))
        return self.path / inside.lstrip("/")

    def copy(self, sources: Sequence[Path], name: str) -> None:
        """Put files, and what is in folders, where a COPY says."""
        target = self.locate(name)
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / source.name if name.endswith("/") else target)

    def run(self, script: str, *, cache: Path | None = None, cache_at: str = "/") -> None:
        """Run a shell script as root, with this machine's network."""
        mounts = ["mount -t proc proc proc"]
        for name in filter(os.path.exists, ("/etc/resolv.conf", AUTHORITIES)):
            (self.path / name[1:]).touch()
            mounts.append(f"mount --bind {name} .{name}")
        if cache:
            self.locate(cache_at).mkdir(parents=True, exist_ok=True)
            mounts.append(f"mount --bind {cache} {self.locate(cache_at)}")
        env = self.env | {"SSL_CERT_FILE": AUTHORITIES}
        subprocess.run(self.enter(mounts, ["sh", "-euc", script], env), check=True)

    def enter(
        self, mounts: Sequence[str], command: Sequence[str], env: Mapping[str, str]
    ) -> list[str]:
        """Return the command that runs another one in here, with mounts that nobody else sees."""
        script = "\n".join([f"cd {self.path}", *mounts, 'exec chroot . "$@"'])
        variables = [f"{name}={value}" for name, value in env.items()]
        inside = ["/usr/bin/env", "-i", f"--chdir={self.workdir}", *variables, *command]
        return ["unshare", "--mount", "sh", "-euc", script, "-", *inside]

    def measure_mb(self) -> float:
        """Return what all its files take."""
        found = subprocess.run(["du", "-sm", self.path], check=True, capture_output=True, text=True)
        return float(found.stdout.split()[0])


def make_root(path: Path, *, suite: str) -> Root:
    """Install a small Debian with its own Python, which stands where an official image has one."""
    include = f"--include={','.join(PACKAGES)}"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", include, suite, str(path), MIRROR]
    subprocess.run(command, check=True)
    for name in ("python", "python3"):
        (path / PYTHON_AT / name).symlink_to("/usr/bin/python3")
    return Root(path, {"PATH": f"/{PYTHON_AT}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"})


def copy_root(root: Root, path: Path) -> Root:
    """Start another stage from the same image."""
    subprocess.run(["cp", "-a", "--reflink=auto", root.path, path], check=True)
    return Root(path, dict(root.env))
