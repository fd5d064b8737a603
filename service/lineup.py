"""Who answers a frame: the stable version of the detector, or the canary beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from service.versions import Served

# Multiples of the golden ratio lie evenly between 0 and 1 however many there are (Weyl, 1916).
_GOLDEN_RATIO: Final = (5**0.5 - 1) / 2
# Whoever has it meets the stable version, whatever the canary's share.
STABLE_LOT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Lineup:
    """What is served: `canary`, if there is one, answers `canary_percent` of the frames."""

    stable: Served
    canary: Served | None = None
    canary_percent: float = 0.0

    @property
    def members(self) -> tuple[Served, ...]:
        """All that answer frames."""
        return (self.stable,) if self.canary is None else (self.stable, self.canary)

    def choose(self, lot: float) -> Served:
        """Return who answers whoever drew `lot`, in 0..1; the same one for the same lot."""
        is_canary = self.canary is not None and lot * 100 < self.canary_percent
        return self.canary if is_canary and self.canary else self.stable

    def find(self, version: int) -> Served | None:
        """Return the member of this version, None if there is none."""
        return next((one for one in self.members if one.model_version == version), None)

    def shares(self) -> dict[int, float]:
        """Return the share of the frames that each version answers."""
        share = self.canary_percent / 100 if self.canary else 0.0
        shares = {self.stable.model_version: 1 - share}
        return shares | ({self.canary.model_version: share} if self.canary else {})


class Lots:
    """Lots in 0..1, of which every part gets its share from the first few on."""

    def __init__(self) -> None:
        """Have drawn nothing."""
        self._last = 0.0

    def draw(self) -> float:
        """Return the next lot."""
        self._last = (self._last + _GOLDEN_RATIO) % 1
        return self._last
