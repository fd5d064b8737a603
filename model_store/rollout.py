"""Which versions of a model are to serve: a small file beside them, changed by command.

    <root>/<name>/rollout.json

Without it the highest version serves.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model_store.errors import RolloutError

if TYPE_CHECKING:
    from model_store.store import ModelStore

ROLLOUT_NAME: Final = "rollout.json"
_MOST_EARLIER: Final = 50

Version = Annotated[int, Field(ge=1)]


class Rollout(BaseModel):
    """Which versions are to serve.

    `stable` is None where the highest version is to. `canary` answers `canary_percent` of the
    frames beside it. `earlier` has what was stable before, the latest one last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    stable: Version | None = None
    canary: Version | None = None
    canary_percent: float = Field(default=0.0, ge=0, le=100)
    earlier: tuple[Version, ...] = ()

    def without_canary(self) -> Rollout:
        """Return the same with no canary."""
        return self.model_copy(update={"canary": None, "canary_percent": 0.0})


def read_rollout(store: ModelStore, name: str) -> Rollout:
    """Return which versions of `name` are to serve; raises `RolloutError`."""
    path = store.folder_of(name) / ROLLOUT_NAME
    try:
        return Rollout.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Rollout()
    except (OSError, ValidationError) as error:
        raise RolloutError(f"{path} cannot be understood: mend it or remove it") from error


def label_stable(store: ModelStore, name: str, version: int | None) -> Rollout:
    """Let `version` serve, None for whichever is the highest; a canary that is promoted ends.

    Raises `ModelMissingError` or `RolloutError`.
    """
    wanted = store.resolve_version(name, version)
    rollout = read_rollout(store, name)
    before = _find_stable(store, name, rollout)
    # What serves already is no step that could be taken back.
    steps = () if before == wanted else (before,)
    changed = rollout.model_copy(
        update={"stable": version, "earlier": (*rollout.earlier, *steps)[-_MOST_EARLIER:]}
    )
    return _write(store, name, changed.without_canary() if wanted == changed.canary else changed)


def label_canary(store: ModelStore, name: str, version: int, *, percent: float) -> Rollout:
    """Let `version` answer `percent` of the frames beside the stable one.

    What is stable is written down with it, since the canary may well be the highest version.
    Raises `ModelMissingError` or `RolloutError`.
    """
    store.resolve_version(name, version)
    rollout = read_rollout(store, name)
    stable = rollout.stable or _find_below(store, name, version)
    if version == stable:
        raise RolloutError(f"version {version} of {name!r} is the stable one: try another")
    return _write(
        store,
        name,
        rollout.model_copy(update={"stable": stable, "canary": version, "canary_percent": percent}),
    )


def roll_back(store: ModelStore, name: str) -> Rollout:
    """End the canary or, if there is none, let serve what was stable before.

    Where nothing was labelled before, that is the next lower version. Raises `ModelMissingError`
    or `RolloutError`.
    """
    rollout = read_rollout(store, name)
    if rollout.canary is not None:
        return _write(store, name, rollout.without_canary())
    *earlier, before = rollout.earlier or (
        _find_below(store, name, _find_stable(store, name, rollout)),
    )
    store.resolve_version(name, before)
    changed = rollout.model_copy(update={"stable": before, "earlier": tuple(earlier)})
    return _write(store, name, changed)


def _find_stable(store: ModelStore, name: str, rollout: Rollout) -> int:
    return rollout.stable or store.resolve_version(name)


def _find_below(store: ModelStore, name: str, version: int) -> int:
    lower = [number for number in store.versions(name) if number < version]
    if not lower:
        raise RolloutError(f"{name!r} has no version below {version}")
    return lower[-1]


def _write(store: ModelStore, name: str, rollout: Rollout) -> Rollout:
    """Replace the file in one step, so that nobody reads half of it; raises `RolloutError`."""
    folder = store.folder_of(name)
    draft = folder / f".{ROLLOUT_NAME}.{secrets.token_hex(4)}"
    try:
        with draft.open("x", encoding="utf-8") as file:
            file.write(rollout.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / ROLLOUT_NAME)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise RolloutError(
            f"cannot write to {folder} ({error.strerror}): keep the models in a store of your own "
            "and name it in PRINTLINK_MODEL__STORE_DIR"
        ) from error
    return rollout
