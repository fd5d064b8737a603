"""The copy of the detector that ships for LiteRT, run by LiteRT."""

import builtins
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_store import LITERT_DETECTOR, LITERT_FOLDER, ModelStore, default_root
from service.contract import read_contract
from service.errors import ModelLoadError, ModelRunError
from service.golden import check_detector
from service.litert import LiteRtNetwork, _Planned
from service.loading import load_detector
from service.settings import DetectSettings, ModelSettings, Settings
from training.litert import load_litert

SHIPPED = ModelStore(default_root()).resolve("links").path / LITERT_FOLDER / LITERT_DETECTOR
PAGE = Path(__file__).parents[2] / "bench" / "frames" / "page.jpg"
SETTINGS = Settings(detect=DetectSettings(runtime="litert", threads=1))


@pytest.fixture(scope="module")
def network():
    pytest.importorskip("ai_edge_litert", reason="needs the extra litert")
    return LiteRtNetwork(SHIPPED, threads=1)


def test_the_detector_that_ships_finds_the_links_of_the_golden_frame(network):
    detector = load_detector(SETTINGS)
    check_detector(detector, labels=("https", "http", "www"), min_iou=0.5)
    assert detector.model_name == "links"


def test_pictures_of_any_size_are_taken_and_give_the_same_again(network):
    pictures = [np.full((1, side, 96, 1), 90, np.uint8) for side in (32, 64)]
    first = [network.look(picture).numbers for picture in pictures]
    assert [rows.shape[1] for rows in first] == [9, 9]
    assert len(first[0]) * 2 == len(first[1])
    for rows, picture in zip(first, pictures, strict=True):
        assert (network.look(picture).numbers == rows).all()


def test_rows_are_worth_the_same_as_int8_and_as_float32(network):
    with Image.open(PAGE) as opened:
        picture = np.asarray(opened.convert("L").crop((0, 0, 640, 640)))[
            np.newaxis, ..., np.newaxis
        ]
    rows = network.look(picture)
    assert rows.numbers.dtype == np.int8
    reference = load_litert(SHIPPED)._network.run(picture.astype(np.float32))[0]
    places, picked = rows.pick(0.0, last=len(reference))
    np.testing.assert_array_equal(places, np.flatnonzero((reference[:, :-4] >= 0).any(axis=1)))
    np.testing.assert_allclose(picked, reference[places], atol=1e-6)
    assert len(places)


def test_interpreters_are_kept_for_the_last_sizes_only(network, monkeypatch):
    monkeypatch.setattr("service.litert._MOST_KEPT_PIXELS", 32 * 32 * 9)
    for side in (1, 2, 3, 4, 5):
        network.look(np.zeros((1, 32, 32 * side, 1), np.uint8))
    assert [shape[2] for shape in network._idle] == [128, 160]
    network.look(np.zeros((1, 32, 32 * 10, 1), np.uint8))
    assert [shape[2] for shape in network._idle] == [320]


def test_so_many_runs_there_are_at_a_time(monkeypatch):
    running, most = [], []

    class Slow(_Planned):
        def run(self, picture):
            running.append(1)
            most.append(len(running))
            time.sleep(0.02)
            running.pop()
            return super().run(picture)

    monkeypatch.setattr("service.litert._Planned", Slow)
    network = LiteRtNetwork(SHIPPED, threads=1, runs=2)
    pictures = [np.full((1, 32, 32, 1), level, np.uint8) for level in (0, 90, 180, 255)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(network.look, pictures))
    assert max(most) == 2
    for answer, picture in zip(answers, pictures, strict=True):
        assert (network.look(picture).numbers == answer.numbers).all()


def test_a_picture_that_does_not_fit_is_refused(network):
    with pytest.raises(ModelRunError, match="failed on"):
        network.look(np.zeros((1, 32, 32, 5), np.uint8))


def test_a_file_that_is_no_model_is_refused(tmp_path, network):
    (tmp_path / "a.tflite").write_bytes(b"no network")
    with pytest.raises(ModelLoadError, match="no model that LiteRT can load"):
        LiteRtNetwork(tmp_path / "a.tflite", threads=1)


def test_without_litert_it_is_told_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "ai_edge_litert":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelLoadError, match=r"printlink\[litert\]"):
        LiteRtNetwork(SHIPPED, threads=1)


def test_a_version_without_a_copy_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("service.loading.LITERT_DETECTOR", "none.tflite")
    with pytest.raises(ModelLoadError, match=r"has no litert/none\.tflite"):
        load_detector(SETTINGS.model_copy(update={"model": ModelSettings()}))


def test_the_contract_comes_with_the_network():
    assert read_contract(SHIPPED).long_side == 1152


@pytest.mark.parametrize("contract", [None, "{}"])
def test_a_file_without_a_contract_is_refused(tmp_path, contract):
    with zipfile.ZipFile(tmp_path / "a.tflite", "w") as archive:
        if contract is not None:
            archive.writestr("detector.json", contract)
    with pytest.raises(ModelLoadError, match=r"has no detector\.json"):
        read_contract(tmp_path / "a.tflite")
