"""A Ray cluster of several nodes on this machine, and an application of Ray Serve on it."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import ray
from ray import serve
from ray.cluster_utils import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ray.serve import Application

READY_S = 300.0
NAME = "printlink"
REPLICA = f"ServeReplica:{NAME}:"
# One node has room for all replicas, while they are replaced too.
CPUS_PER_NODE = 12
# Ray gives a node half a minute, whatever else this machine has to do.
MOST_STARTS = 4


@dataclass
class LocalCluster:
    """Nodes that share this machine; `nodes` are those that may be lost."""

    url: str
    nodes: list[Any]
    cluster: Any

    def deploy(self, app: Application) -> None:
        """Put `app` in the place of what runs, once it is ready; raises `RuntimeError`."""
        serve.run(app, name=NAME, route_prefix="/")
        wait_until_ready(self.url)

    def lose_node(self) -> Counter[str]:
        """End a node at once, as a machine does that is switched off; return its replicas."""
        node = self.nodes.pop()
        [raylet] = node.all_processes["raylet"]
        processes = psutil.Process(raylet.process.pid).children(recursive=True)
        titles = (process.name().partition(REPLICA)[2] for process in processes)
        # Behind a dot a replica says what it is doing.
        lost = Counter(title.partition(".")[0] for title in titles if title)
        self.cluster.remove_node(node, allow_graceful=False)
        return lost


@contextlib.contextmanager
def open_cluster(*, nodes: int = 1) -> Iterator[LocalCluster]:
    """Start a head and so many other nodes, whose processors are but numbers to Ray."""
    # A machine that has to be several is slow at each.
    for name in ("PROXY_READY_CHECK_TIMEOUT_S", "PROXY_HEALTH_CHECK_TIMEOUT_S"):
        os.environ.setdefault(f"RAY_SERVE_{name}", "60")
    # The one proxy would ask the ingress beside it only, and no other could be missed.
    os.environ.setdefault("RAY_SERVE_PROXY_PREFER_LOCAL_NODE_ROUTING", "0")
    os.environ.setdefault("RAY_SERVE_QUEUE_LENGTH_RESPONSE_DEADLINE_S", "1")
    # Ray's workers are nicer than other processes, and here they share a machine with many.
    os.environ.setdefault("RAY_worker_niceness", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster, others = _start(nodes)
    try:
        ray.init(address=cluster.address, logging_level="warning", log_to_driver=False)
        # One port cannot be opened by several nodes of one machine.
        options = {"host": "127.0.0.1", "port": port}
        serve.start(proxy_location="HeadOnly", http_options=options)
        yield LocalCluster(f"http://127.0.0.1:{port}", others, cluster)
    finally:
        serve.shutdown()
        ray.shutdown()
        cluster.shutdown()


def _start(nodes: int) -> tuple[Cluster, list[Any]]:
    """Start a head and so many other nodes; all anew where one was too slow for Ray."""
    head = {"num_cpus": CPUS_PER_NODE, "include_dashboard": False}
    for _ in range(MOST_STARTS - 1):
        try:
            return _start_once(nodes, head)
        except Exception:  # noqa: BLE001 - Ray raises no narrower one
            _kill_children()
    return _start_once(nodes, head)


def _start_once(nodes: int, head: dict[str, Any]) -> tuple[Cluster, list[Any]]:
    cluster = Cluster(initialize_head=True, head_node_args=head)
    return cluster, [cluster.add_node(num_cpus=CPUS_PER_NODE) for _ in range(nodes)]


def _kill_children() -> None:
    """Kill all that this process has started, which is what is left of a cluster."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=30)


def wait_until_ready(url: str) -> None:
    """Wait until the application says that it answers; raises `TimeoutError`."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", timeout=READY_S).is_success:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{url} was not ready within {READY_S:g} s")
