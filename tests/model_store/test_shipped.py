"""The models that ship with the package."""

import pytest

from model_store import WEB_FOLDER, ModelStore, default_root

MAX_WEB_BYTES = 4 * 2**20
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
        web = sum(path.stat().st_size for path in model.path.glob(f"{WEB_FOLDER}/*"))
        assert sum(path.stat().st_size for path in model.path.rglob("*")) - web < MAX_BYTES
        assert web < MAX_WEB_BYTES


def test_browsers_can_run_the_detector_that_ships(shipped):
    files = shipped.resolve("links").manifest.files
    assert {f"{WEB_FOLDER}/{name}" for name in ("model.json", "detector.js")} <= files.keys()
