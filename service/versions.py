"""The versions of the detector: what serves with one; loading of others, bad ones kept out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from model_store import (
    ManifestError,
    ModelMissingError,
    ModelTamperedError,
    ModelTornError,
)
from model_store.digest import glance_at
from service.errors import GoldenMissedError
from service.memory import free_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_store import ModelStore
    from service.metrics import Metrics
    from service.pipeline import FramePipeline
    from service.web_model import WebModel

    Glance = tuple[tuple[str, int, int], ...]

_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ModelMissingError, "missing"),
    (ModelTornError, "torn"),
    (ModelTamperedError, "tampered"),
    (ManifestError, "manifest"),
    (GoldenMissedError, "golden"),
)


@dataclass(frozen=True, slots=True)
class Served:
    """A pipeline that is ready to run, and the models inside it.

    The model is the detector; a reader is there only where a network reads. `versions` loads other
    versions of the detector, where there may be some; `web` is the same detector for browsers.
    """

    pipeline: FramePipeline
    model_name: str
    model_version: int
    reader_name: str = ""
    reader_version: int = 0
    versions: Versions | None = None
    web: WebModel | None = None


class LoadVersion(Protocol):
    """Loads a version and warms it up; raises whatever is wrong with it."""

    def __call__(self, version: int, *, is_checked: bool) -> Served:
        """Return the stages round this version; `is_checked`: it must pass the golden frame."""
        ...


class Versions:
    """Loads versions of one model. One that is refused is not tried again until its files change.

    Not for several threads at once.
    """

    def __init__(
        self, store: ModelStore, name: str, *, load: LoadVersion, metrics: Metrics
    ) -> None:
        """Have refused nothing yet."""
        self.store = store
        self.name = name
        self._load = load
        self._metrics = metrics
        self._refused: dict[int, Glance] = {}
        self._log = structlog.get_logger("printlink")

    def load_first(self, wanted: Sequence[int]) -> Served:
        """Return the first of these versions that is good.

        Where none is, or there is but one, the first serves unless it cannot even run: that is
        better than nothing. Raises a `StartupError`.
        """
        for version in wanted if len(wanted) > 1 else ():
            served = self.try_load(version)
            if served is not None:
                return served
        return self._load(wanted[0], is_checked=False)

    def try_load(self, version: int) -> Served | None:
        """Return the stages round this version, None if it is no good."""
        # Looked at before it is loaded: a change meanwhile is a reason to try again.
        seen = glance_at(self.store.folder_of(self.name) / str(version))
        if self._refused.get(version) == seen:
            return None
        try:
            served = self._load(version, is_checked=True)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it must not serve
            self._refuse(version, seen, error)
        else:
            self._refused.pop(version, None)
            return served
        free_memory()
        return None

    def _refuse(self, version: int, seen: Glance, error: Exception) -> None:
        self._refused[version] = seen
        reason = name_reason(error)
        self._metrics.count_model_refused(reason)
        self._log.error(
            "model_refused", model=self.name, version=version, reason=reason, exc_info=error
        )


def name_reason(error: Exception) -> str:
    """Return why a version is no good, in one of a few words; `load` for any other reason."""
    found = (error, error.__cause__)
    return next(
        (reason for kind, reason in _REASONS if any(isinstance(one, kind) for one in found)), "load"
    )
