import numpy as np
import pytest

from tests.training.data.samples import make_image
from training.anchors import AnchorLevel
from training.data.dataset import LabelledBox, LabelledImage
from training.data.statistics import best_ious, format_statistics, gather, misfit_share

LEVELS = (AnchorLevel(8, (10.0,), (1.0, 2.0)),)


def test_boxes_are_counted_by_class_and_by_picture():
    images = [make_image("0", "ab"), make_image("1"), make_image("2", "aaa")]
    ignored = make_image("3", "b", difficult=True)
    figures = gather([*images, ignored], 1280)
    assert figures.classes == {"a": 4, "b": 1}
    assert figures.ignored == 1
    assert figures.per_picture.tolist() == [2, 0, 3, 0]


def test_sizes_are_those_that_the_detector_sees():
    boxes = (LabelledBox("a", (0, 0, 40, 100)),)
    large = LabelledImage("a", None, 2000, 1000, boxes)
    small = LabelledImage("b", None, 200, 100, boxes)
    assert gather([large, small], 500).shapes.tolist() == [[10, 25], [40, 100]]


def test_a_shape_is_measured_by_the_anchor_like_it():
    shapes = np.array([[10, 10], [10, 20], [20, 20], [5, 10], [40, 10]], np.float32)
    assert best_ious(shapes, LEVELS).tolist() == pytest.approx([1, 1, 0.5, 0.5, 0.25])
    assert misfit_share(shapes, LEVELS) == pytest.approx(0.2)


def test_the_figures_are_a_table():
    splits = {"train": gather([make_image("0", "ab")], 1280), "test": gather([], 1280)}
    text = format_statistics(splits, 1280)
    rows = [line.split() for line in text.splitlines()]
    assert rows[:6] == [
        ["train", "test"],
        ["pictures", "1", "0"],
        ["boxes", "2", "0"],
        ["a", "1", "0"],
        ["b", "1", "0"],
        ["ignored", "0", "0"],
    ]
    assert ["width", "/", "height", *["1.7"] * 5] in rows
    # All boxes are alike and 8 pixels large: anchors from 14 pixels on do not fit them.
    assert "100.0% of the boxes are like no anchor of the network that ships" in text


def test_no_box_is_no_figure():
    assert "There is no box" in format_statistics({"train": gather([], 1280)}, 1280)
