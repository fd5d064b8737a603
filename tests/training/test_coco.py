import numpy as np
import pytest

from training.coco import Slice, score_slice, to_results
from training.postprocess import Detections

ALL = Slice("all", lambda _: True, lambda _: True)


def note(number, box, **extras):
    return {"id": number, "image_id": 1, "category_id": 1, "bbox": box, **extras}


def result(box, score=0.9, category=1):
    return {"image_id": 1, "category_id": category, "score": score, "bbox": box}


def dataset(*notes):
    return {
        "images": [{"id": 1, "height": 100, "width": 100}],
        "annotations": list(notes),
        "categories": [{"id": 1, "name": "mark"}, {"id": 2, "name": "stamp"}],
    }


def test_results_are_x_y_width_height():
    found = Detections(np.float32([[1, 2, 11, 32]]), np.float32([0.5]), np.array([4]))
    assert to_results(7, found) == [
        {"image_id": 7, "category_id": 4, "score": 0.5, "bbox": [2, 1, 30, 10]}
    ]


def test_a_perfect_answer_scores_one():
    score = score_slice(dataset(note(1, [0, 0, 20, 10])), [result([0, 0, 20, 10])], ALL)
    assert (score.prefixes, score.ap50, score.ap, score.ar) == pytest.approx((1, 1, 1, 1))


def test_a_box_with_iou_of_six_tenths_counts_at_three_of_ten_thresholds():
    score = score_slice(dataset(note(1, [0, 0, 20, 10])), [result([0, 0, 12.2, 10])], ALL)
    assert score.ap50 == pytest.approx(1)
    assert score.ap == pytest.approx(0.3)


def test_the_wrong_class_finds_nothing():
    truth = dataset(note(1, [0, 0, 20, 10]))
    assert score_slice(truth, [result([0, 0, 20, 10], category=2)], ALL).ap50 == 0


def test_no_result_at_all_scores_zero():
    assert score_slice(dataset(note(1, [0, 0, 20, 10])), [], ALL).ar == 0


@pytest.mark.parametrize("category", [1, 2])
def test_a_detection_in_an_ignore_region_is_no_false_alarm_whatever_its_class(category):
    truth = dataset(
        note(1, [0, 0, 20, 10]),
        note(2, [0, 20, 20, 10], category_id=2),
        note(3, [50, 50, 40, 20], iscrowd=1),
    )
    found = [
        result([0, 0, 20, 10]),
        result([0, 20, 20, 10], category=2),
        result([55, 52, 20, 10], score=0.99, category=category),
    ]
    assert score_slice(truth, found, ALL).ap50 == pytest.approx(1)


def test_a_false_alarm_that_scores_higher_costs_precision():
    found = [result([0, 0, 20, 10]), result([60, 60, 20, 10], score=0.99)]
    assert score_slice(dataset(note(1, [0, 0, 20, 10])), found, ALL).ap50 == pytest.approx(0.5)


def test_a_slice_counts_its_own_prefixes_and_ignores_the_others():
    truth = dataset(note(1, [0, 0, 20, 10], x_height=5), note(2, [0, 50, 20, 10], x_height=20))
    large = Slice("large", lambda _: True, lambda one: one["x_height"] > 10)
    found = [result([0, 0, 20, 10], score=0.99), result([0, 50, 20, 10])]
    score = score_slice(truth, found, large)
    assert (score.prefixes, score.ap50) == pytest.approx((1, 1))


def test_a_slice_without_prefixes_has_no_score():
    empty = Slice("none", lambda _: False, lambda _: True)
    assert score_slice(dataset(note(1, [0, 0, 20, 10])), [], empty) is None
