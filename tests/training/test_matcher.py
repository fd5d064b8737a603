import numpy as np

from training.boxes import encode_boxes
from training.matcher import match_anchors

ANCHORS = np.array(
    [
        [0, 0, 10, 20],  # the box itself
        [0, 0, 10, 8],  # IoU .4: too near for a negative
        [0, 0, 10, 6],  # IoU .3: background
        [50, 50, 60, 70],  # elsewhere
    ],
    np.float32,
)
BOX = np.array([[0, 0, 10, 20]], np.float32)


def match(boxes, classes, ignored=None):
    flags = np.zeros(len(boxes), bool) if ignored is None else np.array(ignored)
    return match_anchors(ANCHORS, boxes, np.array(classes, np.int32), ignored=flags)


def test_anchors_are_positive_ignored_or_background_by_iou():
    assert match(BOX, [3])[:, 0].tolist() == [3, -1, 0, 0]


def test_a_box_without_a_good_anchor_gets_its_best_one():
    far = np.array([[52, 40, 58, 60]], np.float32)
    targets = match(far, [5])
    assert targets[:, 0].tolist() == [0, 0, 0, 5]
    np.testing.assert_allclose(targets[3, 1:], encode_boxes(far, ANCHORS[3:])[0])


def test_best_anchor_goes_to_its_box_even_where_another_overlaps_it_more():
    # Both boxes like anchor 0 best; the second would otherwise have none.
    second = np.array([[0, 2, 10, 30]], np.float32)
    targets = match(np.concatenate([BOX, second]), [1, 2])
    assert targets[0, 0] == 2


def test_offsets_are_zero_but_at_positives():
    targets = match(BOX + 1, [1])
    assert np.abs(targets[0, 1:]).max() > 0
    assert not targets[1:, 1:].any()


def test_anchors_inside_an_ignore_region_are_ignored():
    region = np.array([[0, 0, 30, 30]], np.float32)
    assert match(region, [1], [True])[:, 0].tolist() == [-1, -1, -1, 0]


def test_a_legible_box_wins_over_the_ignore_region_it_stands_in():
    region = np.array([[0, 0, 30, 30]], np.float32)
    targets = match(np.concatenate([BOX, region]), [4, 1], [False, True])
    assert targets[:, 0].tolist() == [4, -1, -1, 0]


def test_a_picture_without_boxes_is_all_background():
    assert not match(np.zeros((0, 4), np.float32), []).any()
