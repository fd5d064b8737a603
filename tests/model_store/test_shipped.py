"""The models that ship with the package."""

import pytest

from model_store import ModelStore, default_root

MAX_BYTES = 10 * 2**20


@pytest.fixture
def shipped() -> ModelStore:
    return ModelStore(default_root())


def test_a_detector_ships(shipped):
    assert set(shipped.resolve("links").label_map.values()) == {
        "https",
        "http",
        "ftp",
        "tcp",
        "www",
    }


def test_what_ships_is_what_was_published(shipped):
    for model in shipped.list():
        shipped.verify(model)


def test_what_ships_is_small(shipped):
    for model in shipped.list():
        assert sum(path.stat().st_size for path in model.path.rglob("*")) < MAX_BYTES
