"""One frame through every runtime: Keras, the SavedModel, LiteRT and TF.js find the same boxes."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_store.store import ModelStore, default_root
from tests.training.warned import KERAS_ARRAY
from training.boxes import pairwise_ious
from training.export_formats import load_export, write_export
from training.export_options import ExportFormat
from training.keras_detector import detect_in_keras
from training.label_map import CLASS_IDS
from training.postprocess import Detections
from training.trained import load_model

pytestmark = [pytest.mark.slow, KERAS_ARRAY]

ROOT = Path(__file__).parents[2]
FRAMES = ROOT / "bench" / "frames"
NODE = Path(__file__).parent / "web"
# Less than the frame's 1440, so that every runtime has to shrink it.
LONG_SIDE = 960
SURE = 0.3


@pytest.fixture(scope="module")
def trained():
    detector = load_model(ModelStore(default_root()), "links")
    return replace(detector, options=replace(detector.options, long_side=LONG_SIDE))


@pytest.fixture(scope="module")
def frame():
    with Image.open(FRAMES / "page.jpg") as opened:
        return np.asarray(opened.convert("RGB"))


@pytest.fixture(scope="module")
def expected(trained, frame):
    found = detect_in_keras(trained).detect(frame)
    assert (found.scores >= SURE).sum() >= 5
    return found


def sizes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def assert_same(found, expected, *, least_iou, score_within):
    """Every sure detection of either has its like in the other."""
    for some, others in ((found, expected), (expected, found)):
        sure = some.scores >= SURE + score_within
        ious = pairwise_ious(some.boxes[sure], others.boxes)
        match = ious.argmax(axis=1)
        assert (ious.max(axis=1) >= least_iou).all()
        np.testing.assert_allclose(some.scores[sure], others.scores[match], atol=score_within)
        np.testing.assert_array_equal(some.classes[sure], others.classes[match])


def test_the_saved_model_finds_the_same(trained, frame, expected, tmp_path):
    write_export(trained, tmp_path, to=ExportFormat.SAVED_MODEL)
    # It shrinks frames with another filter, which is seen in small print.
    assert_same(load_export(tmp_path).detect(frame), expected, least_iou=0.85, score_within=0.08)
    assert (tmp_path / "saved_model.pb").stat().st_size <= 10_000_000


def test_litert_finds_the_same(trained, frame, expected, tmp_path):
    write_export(trained, tmp_path / "links.tflite", to=ExportFormat.LITERT)
    found = load_export(tmp_path / "links.tflite").detect(frame)
    assert_same(found, expected, least_iou=0.99, score_within=0.001)


@pytest.mark.parametrize("has_pictures", [False, True], ids=["frame", "pictures"])
def test_litert_in_int8_finds_the_same_within_its_precision(
    trained, frame, expected, tmp_path, *, has_pictures
):
    path, pictures = tmp_path / "links.tflite", tmp_path / "pictures"
    pictures.mkdir()
    shutil.copy(FRAMES / "random-1.jpg", pictures)
    ranges = pictures if has_pictures else None
    write_export(trained, path, to=ExportFormat.LITERT_INT8, pictures=ranges)
    assert_same(load_export(path).detect(frame), expected, least_iou=0.8, score_within=0.15)
    assert path.stat().st_size <= 2_500_000


def test_tfjs_finds_the_same(trained, frame, expected, tmp_path):
    if shutil.which("node") is None:
        pytest.skip("TF.js runs in Node, which is not installed")
    write_export(trained, tmp_path / "links", to=ExportFormat.WEB)
    assert_same(detect_in_node(tmp_path, frame), expected, least_iou=0.99, score_within=0.005)
    assert sizes_of(tmp_path / "links") <= 6_000_000


def test_tfjs_in_whole_numbers_finds_the_very_boxes_that_int8_finds(trained, frame, tmp_path):
    if shutil.which("node") is None:
        pytest.skip("TF.js runs in Node, which is not installed")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    shutil.copy(FRAMES / "random-1.jpg", pictures)
    # Grey and no larger than the network's input, so that both start from the same numbers.
    grey = np.asarray(Image.fromarray(frame).convert("L").resize((720, LONG_SIDE)))
    small = np.repeat(grey[..., np.newaxis], 3, axis=-1)
    write_export(trained, tmp_path / "links", to=ExportFormat.WEB, pictures=pictures)
    write_export(trained, tmp_path / "a.tflite", to=ExportFormat.LITERT_INT8, pictures=pictures)
    expected = load_export(tmp_path / "a.tflite").detect(small)
    found = detect_in_node(tmp_path, small)
    assert_same(found, expected, least_iou=0.99, score_within=0.005)


def detect_in_node(folder, frame):
    """Return what the web export in `folder`/links finds in a frame, in TF.js's WASM backend."""
    shutil.copytree(NODE, folder, dirs_exist_ok=True)
    run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], folder)
    height, width = frame.shape[:2]
    opaque = np.full((height, width, 1), 255, np.uint8)
    (folder / "frame").write_bytes(np.concatenate([frame, opaque], axis=-1).tobytes())
    words = ["node", "detect_once.mjs", "links", "frame", str(width), str(height)]
    found = json.loads(run(words, folder))
    return Detections(
        np.array([one["box"] for one in found], np.float32),
        np.array([one["score"] for one in found], np.float32),
        np.array([CLASS_IDS[one["label"]] for one in found]),
    )


def run(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout
