"""A bad version is refused once, told with a reason, and tried again when it has changed."""

import os

import pytest

from model_store import (
    ManifestMissingError,
    ModelMissingError,
    ModelStore,
    ModelTamperedError,
    ModelTornError,
)
from service.errors import DetectError, GoldenMissedError, ModelLoadError
from service.metrics import Metrics
from service.versions import name_reason
from tests.service.fakes import FakeLoader, make_folders, open_versions


@pytest.fixture
def store(tmp_path):
    return make_folders(ModelStore(tmp_path), 1, 2, 3)


def refused(metrics, reason):
    return metrics.registry.get_sample_value("printlink_models_refused_total", {"reason": reason})


def test_the_first_good_version_is_loaded(store):
    loader, metrics = FakeLoader(bad={3: GoldenMissedError("missed https")}), Metrics()
    served = open_versions(store, loader, metrics).load_first((3, 2, 1))
    assert (served.model_version, loader.calls) == (2, [(3, True), (2, True)])
    assert refused(metrics, "golden") == 1


def test_where_none_is_good_the_wanted_one_serves_as_long_as_it_runs(store):
    bad = dict.fromkeys((3, 2), GoldenMissedError("missed https"))
    loader = FakeLoader(bad=bad)
    served = open_versions(store, loader).load_first((3, 2))
    assert (served.model_version, loader.calls[-1]) == (3, (3, False))


def test_a_version_that_is_alone_is_not_held_against_the_golden_frame(store):
    loader = FakeLoader(bad={3: GoldenMissedError("missed https")})
    assert open_versions(store, loader).load_first((3,)).model_version == 3
    assert loader.calls == [(3, False)]


def test_where_none_runs_the_start_fails_with_what_is_wrong_with_the_wanted_one(store):
    loader = FakeLoader(bad={3: ModelLoadError("third"), 2: ModelLoadError("second")})
    with pytest.raises(ModelLoadError, match="third"):
        open_versions(store, loader).load_first((3, 2))


def test_a_refused_version_is_not_tried_again_until_a_file_changes(store):
    loader, metrics = FakeLoader(bad={2: ModelLoadError("torn")}), Metrics()
    versions = open_versions(store, loader, metrics)
    assert [versions.try_load(2) for _ in range(3)] == [None] * 3
    assert (loader.calls, refused(metrics, "load")) == ([(2, True)], 1)
    (store.folder_of("fake") / "2" / "saved_model.pb").write_bytes(b"mended")
    loader.bad.clear()
    assert versions.try_load(2).model_version == 2


def test_a_file_of_the_same_size_but_another_time_is_a_change(store):
    loader = FakeLoader(bad={2: ModelLoadError("torn")})
    versions = open_versions(store, loader)
    versions.try_load(2)
    os.utime(store.folder_of("fake") / "2" / "saved_model.pb", ns=(1, 1))
    versions.try_load(2)
    assert len(loader.calls) == 2


def test_a_version_that_is_mended_and_broken_once_more_is_told_twice(store):
    loader, metrics = FakeLoader(bad={2: ModelLoadError("torn")}), Metrics()
    versions = open_versions(store, loader, metrics)
    versions.try_load(2)
    (store.folder_of("fake") / "2" / "more").touch()
    versions.try_load(2)
    assert refused(metrics, "load") == 2


def told(cause):
    try:
        raise ModelLoadError("no good") from cause
    except ModelLoadError as error:
        return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (told(ModelMissingError("")), "missing"),
        (told(ModelTornError("")), "torn"),
        (told(ModelTamperedError("")), "tampered"),
        (told(ManifestMissingError("")), "manifest"),
        (GoldenMissedError(""), "golden"),
        (told(ValueError("")), "load"),
        (DetectError(""), "load"),
        (MemoryError(), "load"),
    ],
)
def test_every_fault_has_one_of_a_few_reasons(error, reason):
    assert name_reason(error) == reason
