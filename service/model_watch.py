"""Watches the store while the service runs, and changes who answers when the store does."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Protocol

import structlog

from model_store import RolloutError, read_rollout
from service.lineup import Lineup
from service.memory import free_memory

if TYPE_CHECKING:
    from model_store import Rollout
    from service.versions import Served, Versions


class LineupHolder(Protocol):
    """Whoever answers frames with a line-up, and can change to another one."""

    @property
    def lineup(self) -> Lineup | None:
        """Who answers frames, once the first model is loaded."""
        ...

    def take_over(self, lineup: Lineup) -> None:
        """Let this line-up answer from now on."""
        ...


class ModelWatch:
    """Looks at the store now and then; what is found there is loaded beside what serves."""

    def __init__(self, versions: Versions) -> None:
        """Watch the store of these versions."""
        self._versions = versions
        self._store = versions.store
        self._name = versions.name
        self._complaint = ""
        self._leaving: list[weakref.ref[object]] = []
        self._log = structlog.get_logger("printlink")

    async def keep_current(self, holder: LineupHolder, *, every_s: float) -> None:
        """Look every `every_s` seconds, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            if holder.lineup is None:
                continue
            try:
                revised = await asyncio.to_thread(self.revise, holder.lineup)
            except Exception:  # noqa: BLE001 - the watch goes on whatever has happened to the store
                self._log.exception("watch_failed")
                continue
            if revised is not holder.lineup:
                holder.take_over(revised)

    def revise(self, lineup: Lineup) -> Lineup:
        """Return the line-up that the store asks for: `lineup` itself where nothing has changed.

        Slow where a version has to be loaded. A version that is no good changes nothing.
        """
        self._free_memory()
        rollout = self._read_rollout()
        if rollout is None:
            return lineup
        stable = self._choose_stable(rollout, lineup)
        canary = self._choose_canary(rollout, lineup, stable)
        revised = Lineup(stable, canary, rollout.canary_percent if canary else 0.0)
        if _is_same(revised, lineup):
            return lineup
        staying = {id(one) for one in revised.members}
        self._leaving += [
            weakref.ref(one.pipeline) for one in lineup.members if id(one) not in staying
        ]
        return revised

    def _choose_stable(self, rollout: Rollout, lineup: Lineup) -> Served:
        """Return what is labelled, or else the highest version that is good."""
        wanted = rollout.stable or 0
        for version in (wanted,) if wanted else reversed(self._store.versions(self._name)):
            found = self._find(version, lineup)
            if found is not None:
                return found
        return lineup.stable

    def _choose_canary(self, rollout: Rollout, lineup: Lineup, stable: Served) -> Served | None:
        if rollout.canary in (None, stable.model_version):
            return None
        return self._find(rollout.canary, lineup)

    def _find(self, version: int, lineup: Lineup) -> Served | None:
        return lineup.find(version) or self._versions.try_load(version)

    def _read_rollout(self) -> Rollout | None:
        """Return what the labels say, None where they cannot be read, which is told once."""
        try:
            rollout = read_rollout(self._store, self._name)
        except RolloutError as error:
            if self._complaint != str(error):
                self._log.error("rollout_not_read", model=self._name, exc_info=error)
            self._complaint = str(error)
            return None
        self._complaint = ""
        return rollout

    def _free_memory(self) -> None:
        """Give back the memory of a model whose last frame is answered."""
        staying = [one for one in self._leaving if one() is not None]
        if len(staying) < len(self._leaving):
            self._leaving = staying
            free_memory()


def _is_same(first: Lineup, second: Lineup) -> bool:
    return (
        first.stable is second.stable
        and first.canary is second.canary
        and first.canary_percent == second.canary_percent
    )
