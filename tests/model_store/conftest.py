"""A small SavedModel on disk, and a store to publish it into."""

from pathlib import Path

import pytest

from model_store import ModelStore
from tests.model_store.models import write_saved_model


@pytest.fixture
def saved_model_dir(tmp_path: Path) -> Path:
    return write_saved_model(tmp_path / "exported")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "store")
