import numpy as np
import pytest

from training.postprocess import PostprocessRule, decode_rows

ANCHORS = np.array([[0, 0, 10, 20], [0, 2, 10, 22], [40, 40, 50, 60]], np.float32)


def rows(*logits):
    return np.array([[*scores, 0, 0, 0, 0] for scores in logits], np.float32)


def test_one_place_gets_one_class_the_likelier_one():
    found = decode_rows(rows([2, 0], [0, 3], [-9, -9]), ANCHORS, PostprocessRule())
    assert found.classes.tolist() == [2]
    assert found.boxes.tolist() == [[0, 2, 10, 22]]
    assert found.scores == pytest.approx([1 / (1 + np.exp(-3))])


def test_scores_fall_and_weak_rows_are_left_out():
    found = decode_rows(rows([0, -9], [-9, -9], [1, -9]), ANCHORS, PostprocessRule(min_score=0.1))
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
    assert found.boxes.tolist() == [[40, 40, 50, 60], [0, 0, 10, 20]]


def test_only_the_best_candidates_are_looked_at():
    found = decode_rows(rows([0, -9], [-9, -9], [1, -9]), ANCHORS, PostprocessRule(candidates=1))
    assert found.boxes.tolist() == [[40, 40, 50, 60]]
