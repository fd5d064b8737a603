"""The models that can be served, as the settings find them in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_store import ModelStore, ModelStoreError, default_root
from service.errors import ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model_store import StoredModel
    from service.settings import ModelSettings, ReaderSettings


def open_store(settings: ModelSettings | ReaderSettings) -> ModelStore:
    """Return the store that the settings name, or else the one that ships."""
    return ModelStore(settings.store_dir or default_root())


def find_model(settings: ModelSettings) -> StoredModel:
    """Return the detector to serve, its files compared with its manifest if it has one.

    Raises `ModelLoadError`.
    """
    return _find(settings, settings.label_map)


def find_reader(settings: ReaderSettings) -> StoredModel:
    """Return the network to read with, its files compared with its manifest.

    Raises `ModelLoadError`.
    """
    return _find(settings, {})


def _find(settings: ModelSettings | ReaderSettings, label_map: Mapping[int, str]) -> StoredModel:
    store = open_store(settings)
    try:
        model = store.resolve(settings.name, settings.version, label_map=label_map)
        if model.manifest is not None:
            store.verify(model)
    except ModelStoreError as error:
        raise ModelLoadError(f"{error}; `printlink models list` shows what there is") from error
    return model
