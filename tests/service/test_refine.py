"""The second stage moves the edges of boxes, names them anew and can overrule the first."""

import numpy as np
import pytest

from service.contract import Contract, Refining
from service.records import Box
from service.refine import Found, Refiner
from tests.service.test_row_detector import CONTRACT, FakeNetwork, frame, make
from training.refiner.patch import cut_patches
from training.refiner.rule import RefineRule

RULE = Refining(height=16, width=32, margin=0.5, min_score=0.1, most=2, weight=0.5)
REFINING = CONTRACT.model_copy(update={"refine": RULE})
PICTURE = np.random.default_rng(3).uniform(0, 255, (64, 128)).astype(np.float32)


class FakeSecond:
    """Answers each patch with the same row, and keeps the patches."""

    def __init__(self, *row):
        self.row, self.seen = np.array([row], np.float32), []

    def run(self, picture):
        self.seen.append(picture)
        return self.row


def found(*boxes, logit=1.0):
    number = len(boxes)
    return Found(
        np.array(boxes, np.float32), np.full(number, logit, np.float32), np.ones(number, np.float32)
    )


def test_edges_move_by_parts_of_the_boxes_sides():
    refined = Refiner(FakeSecond(5, -9, 0.1, -0.1, 0, 0.2), RULE, 128).refine(
        found([10, 20, 30, 80]), PICTURE
    )
    np.testing.assert_allclose(refined.boxes, [[12, 14, 30, 92]], rtol=1e-6)
    np.testing.assert_allclose(refined.logits, [3.0], atol=1e-4)


def test_no_more_than_the_best_are_looked_at():
    second = FakeSecond(-9, 5, 0, 0, 0, 0)
    boxes = [10, 20, 30, 80], [30, 20, 50, 80], [50, 20, 60, 80]
    refined = Refiner(second, RULE, 128).refine(found(*boxes), PICTURE)
    assert len(second.seen) == 2
    np.testing.assert_array_equal(refined.classes, [2, 2, 1])


def test_where_nothing_is_found_nothing_is_looked_at():
    nothing = Found(*(np.zeros(shape, np.float32) for shape in ((0, 4), 0, 0)))
    second = FakeSecond(0, 0, 0, 0, 0, 0)
    assert len(Refiner(second, RULE, 128).refine(nothing, PICTURE).boxes) == 0
    assert not second.seen


@pytest.mark.parametrize("box", [[10, 20, 30, 80], [-5, -8, 20.5, 30], [50.2, 100, 70, 140]])
def test_patches_are_those_that_it_was_trained_on(box):
    second = FakeSecond(0, 0, 0, 0, 0, 0)
    Refiner(second, RULE, 128).refine(found(box), PICTURE)
    trained = cut_patches(
        PICTURE[..., None], np.array([box], np.float32), RefineRule(height=16, width=32)
    )
    np.testing.assert_allclose(second.seen[0], trained, atol=1e-3)


def test_what_the_first_stage_doubts_the_second_can_be_sure_of():
    first = FakeNetwork((9, 1, -1.0, (0, 0, 0, 0)))
    assert not make(first, REFINING).detect(frame())
    (prefix,) = make(first, REFINING, refiner=FakeSecond(9, -9, 0, 0, 0, 0)).detect(frame())
    assert prefix.box == pytest.approx(Box(9, 19, 39, 29))
    assert prefix.score == pytest.approx(1 / (1 + np.exp(-4.0)), abs=1e-4)


def test_what_the_second_stage_doubts_is_dropped():
    first = FakeNetwork((9, 1, 2.0, (0, 0, 0, 0)))
    assert not make(first, REFINING, refiner=FakeSecond(-9, -9, 0, 0, 0, 0)).detect(frame())


def test_a_contract_without_second_stage_is_one():
    assert Contract.model_validate(CONTRACT.model_dump()).refine is None
