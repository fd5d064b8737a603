"""The models that can be served, as the settings find them in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_store import ModelStore, ModelStoreError, default_root, read_rollout
from service.errors import ModelLoadError
from service.settings import ReaderSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from model_store import StoredModel
    from service.settings import ModelSettings, TesseractSettings, TwinsSettings


def open_store(settings: ModelSettings | ReaderSettings) -> ModelStore:
    """Return the store that the settings name, or else the one that ships."""
    return ModelStore(settings.store_dir or default_root())


def list_wanted(settings: ModelSettings) -> tuple[int, ...]:
    """Return the versions of the detector that may serve, the one that should comes first.

    Those below it are there in case it is no good or gone, unless the settings pin it. Raises
    `ModelLoadError`.
    """
    store, name = open_store(settings), settings.name
    try:
        if settings.version:
            return (store.resolve_version(name, settings.version),)
        stable = read_rollout(store, name).stable or store.resolve_version(name)
        wanted = [version for version in reversed(store.versions(name)) if version <= stable]
        return tuple(wanted) or (store.resolve_version(name, stable),)
    except ModelStoreError as error:
        raise _tell(error) from error


def find_model(settings: ModelSettings, version: int | None = None) -> StoredModel:
    """Return the detector to serve, its files compared with its manifest if it has one.

    It is the one that should serve unless `version` is given. Raises `ModelLoadError`.
    """
    return _find(settings, version or list_wanted(settings)[0], settings.label_map)


def find_reader(settings: ReaderSettings) -> StoredModel:
    """Return the network to read with, its files compared with its manifest.

    Raises `ModelLoadError`.
    """
    return _find(settings, settings.version, {})


def find_twins(settings: TwinsSettings) -> StoredModel | None:
    """Return the network that judges twins, or None where the settings name none.

    Raises `ModelLoadError`.
    """
    return find_reader(ReaderSettings(**dict(settings))) if settings.name else None


def find_traineddata(settings: TesseractSettings) -> Path | None:
    """Return the file of Tesseract's model in the store, or None where the settings name none.

    Raises `ModelLoadError`.
    """
    if not settings.name:
        return None
    model = find_reader(ReaderSettings(**dict(settings)))
    for path in sorted(model.path.glob("*.traineddata")):
        return path
    raise ModelLoadError(
        f"{model.path} is no model of Tesseract's; `printlink models list` shows what there is"
    )


def _find(
    settings: ModelSettings | ReaderSettings, version: int | None, label_map: Mapping[int, str]
) -> StoredModel:
    store = open_store(settings)
    try:
        model = store.resolve(settings.name, version, label_map=label_map)
        if model.manifest is not None:
            store.verify(model)
    except ModelStoreError as error:
        raise _tell(error) from error
    return model


def _tell(error: ModelStoreError) -> ModelLoadError:
    return ModelLoadError(f"{error}; `printlink models list` shows what there is")
