"""Pages that may have killed the process that looked at them, so that no page does so forever.

A note lies beside the results while a shard is made. Whoever finds one there when he begins knows
that another died over that shard. From then on the note names the page that is looked at, and a
page that was named twice is not looked at again. Sound shards cost one small file each.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scale.folder import Folder
    from scale.plan import Shard

_NOTE: Final = "_begun-"
# Once may be a coincidence: the machine was switched off, or the whole job was killed.
_MOST_DEATHS: Final = 2


class TroubleNote:
    """The note about one shard; only who makes that shard writes it."""

    def __init__(self, out: Folder, shard: Shard) -> None:
        """Find the note of whoever died over `shard`, or leave the first one."""
        self._out = out
        self._name = f"{_NOTE}{shard.name}"
        self._is_careful = self._name in out.list_beside(self._name)
        self._deaths: Counter[str] = Counter()
        if self._is_careful:
            self._deaths.update(json.loads(out.read(self._name)))
        else:
            self._write()

    def is_deadly(self, page: str) -> bool:
        """Tell whether all who looked at `page` died."""
        return self._deaths[page] >= _MOST_DEATHS

    def begin(self, page: str) -> None:
        """Note that `page` is looked at, where that is worth a note."""
        if self._is_careful:
            self._deaths[page] += 1
            self._write()

    def end(self, page: str) -> None:
        """Take back what `begin` noted; the next note that is written says so."""
        self._deaths.pop(page, None)

    def remove(self) -> None:
        """Forget it all: the shard is there."""
        self._out.delete(self._name)

    def _write(self) -> None:
        self._out.write(self._name, json.dumps(self._deaths).encode())
