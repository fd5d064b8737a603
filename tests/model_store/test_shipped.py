"""The models that ship with the package."""

import pytest

from model_store import LITERT_DETECTOR, LITERT_FOLDER, WEB_FOLDER, ModelStore, default_root

MAX_LITERT_BYTES = 2_500_000
MAX_WEB_BYTES = 4 * 2**20
MAX_BYTES = 10_000_000
# Beside the graph: weights to start from, and how they were made.
EXTRA_FOLDER = "assets.extra"
MAX_EXTRA_BYTES = 4 * 2**20


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
        web, litert, extra = (
            size_of(model.path / name) for name in (WEB_FOLDER, LITERT_FOLDER, EXTRA_FOLDER)
        )
        assert size_of(model.path) - web - litert - extra < MAX_BYTES
        assert extra < MAX_EXTRA_BYTES
        assert web < MAX_WEB_BYTES
        assert litert < MAX_LITERT_BYTES


def test_browsers_can_run_the_detector_that_ships(shipped):
    files = shipped.resolve("links").manifest.files
    assert {f"{WEB_FOLDER}/{name}" for name in ("model.json", "detector.js")} <= files.keys()


def test_litert_can_run_the_detector_that_ships(shipped):
    files = shipped.resolve("links").manifest.files
    assert f"{LITERT_FOLDER}/{LITERT_DETECTOR}" in files


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
