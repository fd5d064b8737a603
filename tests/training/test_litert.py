"""LiteRT files: what they carry, and what int8 takes its ranges from."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.training.warned import KERAS_ARRAY
from training.config import ModelConfig
from training.detector import build_detector
from training.export import ExportError
from training.export_formats import MAX_PICTURES, list_pictures, load_export
from training.export_options import ExportOptions
from training.label_map import LABEL_MAP
from training.litert import make_representatives, read_litert_contract, write_litert
from training.trained import TrainedDetector

OPTIONS = ExportOptions(long_side=96, coarse_factor=2)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    network = ModelConfig(backbone="mobilenet", pyramid_filters=8)
    path = tmp_path_factory.mktemp("litert") / "new" / "links.tflite"
    write_litert(TrainedDetector(build_detector(network), network, OPTIONS), path)
    return path


@KERAS_ARRAY
def test_labels_and_contract_lie_in_the_file_itself(exported):
    assert read_litert_contract(exported) == (OPTIONS, LABEL_MAP)
    with zipfile.ZipFile(exported) as archive:
        assert archive.read("labels.txt").decode().split() == [*LABEL_MAP.values()]


@KERAS_ARRAY
def test_frames_of_any_size_can_be_looked_at_one_after_the_other(exported):
    detector = load_export(exported)
    assert detector.input_scale(192, 96) == 0.5
    for shape in ((64, 192, 3), (40, 40, 3), (64, 192, 3)):
        found = detector.detect(np.zeros(shape, np.uint8))
        assert found.boxes.shape == (len(found.scores), 4)
        assert (found.boxes[:, 2] <= shape[0]).all()


def test_the_network_is_shown_a_picture_as_often_as_it_looks_at_it(tmp_path):
    Image.new("RGB", (192, 96), "white").save(tmp_path / "page.png")
    _, *shown = make_representatives([tmp_path / "page.png"], OPTIONS)()
    assert [one["images"].shape for one in shown] == [(1, 64, 96, 1), (1, 32, 64, 1)]
    # What the picture lacks is grey, which is 0 once normalised.
    assert [*np.unique(shown[0]["images"])] == [0, 255 / 64 - 2]


def test_before_all_pictures_the_network_is_shown_every_grey_level():
    (levels,) = make_representatives([], OPTIONS)()
    np.testing.assert_array_equal(np.unique(levels["images"]), np.arange(256) / 64 - 2)


def test_pictures_are_taken_by_name_up_to_a_number(tmp_path):
    (tmp_path / "images").mkdir()
    for number in range(MAX_PICTURES + 2):
        (tmp_path / "images" / f"{number:03}.JPG").touch()
    (tmp_path / "annotations.json").write_text(json.dumps({}))
    names = [path.name for path in list_pictures(tmp_path)]
    assert names == [f"{number:03}.JPG" for number in range(MAX_PICTURES)]


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ExportError, match="int8"):
        list_pictures(tmp_path)
