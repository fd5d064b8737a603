import numpy as np

from training.nms import suppress_overlaps

BOXES = np.array([[0, 0, 10, 10], [0, 1, 10, 11], [0, 20, 10, 30]], np.float32)
SCORES = np.array([0.6, 0.9, 0.7], np.float32)


def test_the_better_of_two_overlapping_boxes_stays():
    assert suppress_overlaps(BOXES, SCORES, max_iou=0.5, max_boxes=9).tolist() == [1, 2]


def test_overlap_up_to_the_limit_is_allowed():
    # 9 of 11 columns are shared: IoU .818.
    assert suppress_overlaps(BOXES, SCORES, max_iou=0.82, max_boxes=9).tolist() == [1, 2, 0]


def test_no_more_boxes_stay_than_asked_for():
    assert suppress_overlaps(BOXES, SCORES, max_iou=0.5, max_boxes=1).tolist() == [1]


def test_nothing_stays_of_nothing():
    assert suppress_overlaps(BOXES[:0], SCORES[:0], max_iou=0.5, max_boxes=9).tolist() == []
