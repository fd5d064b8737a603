"""The copy of the reader that ships for LiteRT says what its SavedModel says."""

import zipfile

import numpy as np
import pytest

from model_store import LITERT_FOLDER, LITERT_READER, ModelStore, default_root
from service.ctc import Steps, choose_width
from service.errors import ModelLoadError, RecognizeError
from service.expand import Expander, Page
from service.litert_reader import LiteRtStripNetwork, ReaderContract, read_reader_contract
from service.loading import load_network
from service.records import Strip
from service.settings import ExpandSettings, ReaderSettings, Settings
from tests.service.printed import print_page

SHIPPED = ModelStore(default_root()).resolve("reader").path / LITERT_FOLDER / LITERT_READER
CONTRACT = ReaderContract(height=32, columns_per_step=4, steps_per_height=10)
URL = "https://keras.io/guides/~intro_to-keras?page=17#part%20two"


class Echo:
    """A network whose answer for a step is the mean grey of its columns."""

    def run(self, picture):
        assert picture.shape[:2] == (1, 32)
        assert picture.dtype == np.float32
        return picture.reshape(32, -1, 4).mean(axis=(0, 2))[np.newaxis, :, np.newaxis]


def test_a_strip_is_brought_to_the_networks_height_and_padded_with_paper():
    strip = np.full((44, 176), 255, np.uint8)
    strip[:, :88] = 55
    steps = LiteRtStripNetwork(Echo(), CONTRACT).spell(strip)
    assert steps.log_probs.ravel().tolist() == [55] * 20 + [255] * 20
    assert steps.width_px == pytest.approx(4.4)


def test_sizes_are_those_of_the_padded_widths():
    shapes = set()

    class Remembers(Echo):
        def run(self, picture):
            shapes.add(picture.shape)
            return super().run(picture)

    network = LiteRtStripNetwork(Remembers(), CONTRACT)
    for width in range(1, 300, 13):
        assert isinstance(network.spell(np.full((44, width), 255, np.uint8)), Steps)
    steps = {CONTRACT.count_steps(44, choose_width(width)) for width in (1, 257)}
    assert {shape[2] // 4 for shape in shapes} == steps


def test_both_runtimes_read_the_same():
    pytest.importorskip("ai_edge_litert", reason="needs the extra litert")
    page = print_page([URL])
    strip = Expander(ExpandSettings()).expand_prefix(Page(page.frame), page.prefixes[0]).strip
    lines = [
        load_network(Settings(reader=ReaderSettings(runtime=runtime))).read(strip)
        for runtime in ("tensorflow", "litert")
    ]
    assert [line.text for line in lines] == [URL, URL]
    for one, other in zip(*(line.symbols for line in lines), strict=True):
        assert one.left == pytest.approx(other.left, abs=5)
    assert lines[0].confidence == pytest.approx(lines[1].confidence, abs=0.05)


def test_a_network_that_fails_is_a_failed_reading():
    pytest.importorskip("ai_edge_litert", reason="needs the extra litert")
    network = load_network(Settings(reader=ReaderSettings(runtime="litert")))
    network._network._contract = ReaderContract(height=7, columns_per_step=4, steps_per_height=10)
    with pytest.raises(RecognizeError, match="the reader failed on 88 pixels"):
        network.read(Strip(np.full((44, 88), 255, np.uint8), ()))


def test_the_contract_comes_with_the_network():
    assert read_reader_contract(SHIPPED) == CONTRACT


@pytest.mark.parametrize("contract", [None, "{}", "[]"])
def test_a_file_without_a_contract_is_refused(tmp_path, contract):
    with zipfile.ZipFile(tmp_path / "a.tflite", "w") as archive:
        if contract is not None:
            archive.writestr("reader.json", contract)
    with pytest.raises(ModelLoadError, match=r"has no reader\.json"):
        read_reader_contract(tmp_path / "a.tflite")


def test_a_strip_of_one_column_has_one_step():
    steps = LiteRtStripNetwork(Echo(), CONTRACT).spell(np.zeros((44, 1), np.uint8))
    assert len(steps.log_probs) == 1
