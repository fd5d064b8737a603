import json

import numpy as np
import pytest
from PIL import Image

from training.coco import Score
from training.evaluate import evaluate, format_table, to_metrics
from training.postprocess import Detections


class PaintedDetector:
    """Finds the black rectangle of each picture; sees everything at half its size."""

    def detect(self, image):
        ys, xs = np.nonzero(image[..., 0] < 60)
        box = np.float32([[ys.min(), xs.min(), ys.max() + 1, xs.max() + 1]])
        return Detections(box, np.float32([0.9]), np.array([2]))

    def input_scale(self, height, width):
        return 0.5


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    images, notes = [], []
    for number, (kind, x_height) in enumerate([("book", 12), ("card", 40)], start=1):
        picture = np.full((100, 120, 3), 255, np.uint8)
        picture[10:30, 20:80] = 0
        Image.fromarray(picture).save(tmp_path / "images" / f"{number}.png")
        image = {"id": number, "file_name": f"{number}.png", "kind": kind}
        images.append({**image, "height": 100, "width": 120})
        note = {"id": number, "image_id": number, "category_id": 2, "x_height": x_height}
        notes.append({**note, "bbox": [20, 10, 60, 20]})
    dataset = {"images": images, "annotations": notes, "categories": [{"id": 2, "name": "http"}]}
    (tmp_path / "annotations.json").write_text(json.dumps(dataset))
    return tmp_path


def test_slices_go_by_the_x_height_that_the_detector_sees_and_by_kind(folder):
    scores = evaluate(PaintedDetector(), folder)
    assert {name: score.prefixes for name, score in scores.items()} == {
        "all": 2,
        "legible": 1,
        "x-height 0-8 px": 1,
        "x-height 14-22 px": 1,
        "kind book": 1,
        "kind card": 1,
    }
    assert [score.ap for score in scores.values()] == pytest.approx([1.0] * 6)


def test_table_and_metrics_hold_every_slice():
    scores = {"all": Score(7, 0.5, 0.25, 0.75)}
    assert to_metrics(scores) == {"all": {"prefixes": 7, "ap50": 0.5, "ap": 0.25, "ar": 0.75}}
    assert format_table(scores).splitlines()[1].split() == ["all", "7", "0.500", "0.250", "0.750"]
