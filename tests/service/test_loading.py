"""Which runtime runs a network."""

import pytest

from model_store import LITERT_DETECTOR, StoredModel
from service import loading
from service.errors import ModelLoadError
from service.loading import find_copy, needs_tensorflow
from service.settings import (
    DetectSettings,
    ReaderSettings,
    RecognizeSettings,
    Settings,
    TwinsSettings,
)


@pytest.fixture
def copy(tmp_path):
    (tmp_path / "litert").mkdir()
    path = tmp_path / "litert" / LITERT_DETECTOR
    path.write_bytes(b"network")
    return path


def find(folder, runtime):
    return find_copy(StoredModel("links", 1, folder), LITERT_DETECTOR, runtime)


def without_litert(monkeypatch):
    monkeypatch.setattr(loading, "find_spec", lambda _: None)


def test_litert_is_taken_where_it_is_installed_and_has_a_copy(copy, tmp_path, monkeypatch):
    assert find(tmp_path, "auto") == copy
    assert find(tmp_path, "litert") == copy
    assert find(tmp_path, "tensorflow") is None
    without_litert(monkeypatch)
    assert find(tmp_path, "auto") is None
    # Whoever wants it is told on loading what to install.
    assert find(tmp_path, "litert") == copy


def test_without_a_copy_tensorflow_runs_the_model(tmp_path):
    assert find(tmp_path, "auto") is None
    with pytest.raises(ModelLoadError, match="leave the runtime to be chosen"):
        find(tmp_path, "litert")


def test_tensorflow_is_needed_where_any_network_runs_in_it(monkeypatch):
    in_tensorflow = ReaderSettings(runtime="tensorflow")
    assert not needs_tensorflow(Settings())
    assert needs_tensorflow(Settings(reader=in_tensorflow))
    assert needs_tensorflow(Settings(detect=DetectSettings(runtime="tensorflow")))
    assert needs_tensorflow(Settings(twins=TwinsSettings(runtime="tensorflow")))
    assert not needs_tensorflow(Settings(twins=TwinsSettings(name="", runtime="tensorflow")))
    by_tesseract = RecognizeSettings(engine="tesserocr")
    assert not needs_tensorflow(Settings(reader=in_tensorflow, recognize=by_tesseract))
    without_litert(monkeypatch)
    assert needs_tensorflow(Settings())
