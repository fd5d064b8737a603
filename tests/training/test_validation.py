import json

import numpy as np
import pytest
from PIL import Image

from training.pictures import draw_side_by_side
from training.postprocess import Detections
from training.validation import ValidationSet, find_validation


class FixedDetector:
    """Finds the same box in every picture."""

    def detect(self, image):
        return Detections(np.float32([[10, 20, 30, 80]]), np.float32([0.9]), np.array([1]))

    def input_scale(self, height, width):
        return 1.0


def write_set(folder, boxes):
    (folder / "images").mkdir(parents=True)
    images = [
        {"id": k, "file_name": f"{k}.png", "width": 120, "height": 100} for k in range(len(boxes))
    ]
    for image in images:
        Image.new("RGB", (120, 100), "white").save(folder / "images" / image["file_name"])
    notes = [
        {"id": k + 1, "image_id": k, "category_id": 1, "bbox": box} for k, box in enumerate(boxes)
    ]
    dataset = {
        "images": images,
        "annotations": notes,
        "categories": [{"id": 1, "name": "mark"}],
    }
    (folder / "annotations.json").write_text(json.dumps(dataset))
    return folder


def test_a_validation_measures_and_draws(tmp_path):
    folder = write_set(tmp_path / "val", [[20, 10, 60, 20]] * 6)
    found = ValidationSet(folder, limit=5).measure(FixedDetector())
    assert (found.score.prefixes, found.score.ap50) == pytest.approx((5, 1.0))
    assert [picture.shape for picture in found.pictures] == [(100, 240, 3)] * 4


def test_pictures_without_objects_have_no_score(tmp_path):
    folder = write_set(tmp_path / "val", [])
    assert ValidationSet(folder, limit=5).measure(FixedDetector()).score is None


def test_the_validation_split_beside_records_is_found(tmp_path):
    assert find_validation(tmp_path) is None
    write_set(tmp_path / "val", [[1, 1, 5, 5]])
    assert find_validation(tmp_path) == tmp_path / "val"


def test_truth_is_left_and_what_was_found_right():
    white = np.full((1000, 1280, 3), 255, np.uint8)
    truth = {"bbox": [100, 100, 200, 200], "category_id": 1}
    found = {"bbox": [800, 600, 100, 100], "category_id": 2, "score": 0.5}
    both = draw_side_by_side(white, [truth], [found], {1: "mark"})
    assert both.shape == (500, 1280, 3)
    left, right = (np.nonzero((half != 255).any(-1)) for half in np.split(both, 2, axis=1))
    assert (left[0].min() < 52, left[0].max() >= 150) == (True, True)
    assert (right[0].max() >= 350, right[1].max() >= 450) == (True, True)
