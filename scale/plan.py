"""The plan of a bulk job: which page's line goes into which shard, decided once and for all.

Every line is there exactly once because of two things. A page is planned into one shard before any
shard is begun, and plans are never written again; and a shard appears under its name whole, in one
step. So a job that was killed goes on with the shards that are missing, and a shard that is made
twice, be it by a worker of the job that was killed, replaces itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale.folder import Folder

_PLAN: Final = "_plan-"
_SHARD: Final = "part-"


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of results, `name`, and the pages whose lines it has, in that order."""

    name: str
    pages: tuple[str, ...]

    def to_json(self) -> str:
        """Return this shard as one line."""
        return json.dumps([self.name, self.pages])

    @classmethod
    def from_json(cls, text: str) -> Shard:
        """Return the shard that `to_json` wrote."""
        name, pages = json.loads(text)
        return cls(name, tuple(pages))


def plan_shards(pages: Iterable[str], *, out: Folder, pages_per_shard: int) -> list[Shard]:
    """Return all shards of `out`, after `pages` that are in no plan yet were put into a new one."""
    plans = out.list_beside(_PLAN)
    shards = list(chain.from_iterable(_read_plan(out, plan) for plan in plans))
    planned = {page for shard in shards for page in shard.pages}
    fresh = sorted(set(pages) - planned)
    if not fresh:
        return shards
    number = len(plans)
    new = [
        Shard(
            f"{_SHARD}{number:03}-{count:06}.jsonl", tuple(fresh[start : start + pages_per_shard])
        )
        for count, start in enumerate(range(0, len(fresh), pages_per_shard))
    ]
    out.write(f"{_PLAN}{number:03}.jsonl", "\n".join(shard.to_json() for shard in new).encode())
    return shards + new


def list_missing(shards: Iterable[Shard], *, out: Folder) -> list[Shard]:
    """Return the shards that are not in `out` yet."""
    done = set(out.list_beside(_SHARD))
    return [shard for shard in shards if shard.name not in done]


def _read_plan(out: Folder, name: str) -> list[Shard]:
    return [Shard.from_json(line) for line in out.read(name).decode().splitlines()]
