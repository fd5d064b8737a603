"""Rows move edges, rename boxes and rank them anew; the graph does the same."""

import numpy as np
import pytest
import tensorflow as tf

from training.postprocess import Detections
from training.refiner.graph import refine_boxes
from training.refiner.net import build_refiner
from training.refiner.patch import cut_patches
from training.refiner.rows import count_refined, decode_edges, encode_edges, refine
from training.refiner.rule import RefineRule

from .conftest import NETWORK, RULE

# None reaches beyond the picture with its margin, where graph and NumPy differ by half a pixel.
BOXES = np.array([[12, 22, 32, 82], [40, 8, 52, 48], [60, 60, 70, 86]], np.float32)
FOUND = Detections(BOXES, np.array([0.9, 0.6, 0.03], np.float32), np.array([1, 2, 2]))


def test_edges_are_decoded_as_they_were_encoded():
    truth = BOXES + np.array([[1, -2, 0.5, 3]], np.float32)
    np.testing.assert_allclose(decode_edges(BOXES, encode_edges(BOXES, truth)), truth, rtol=1e-6)


def test_an_edge_is_off_by_a_part_of_its_own_side():
    offsets = encode_edges(BOXES[:1], np.array([[14, 28, 34, 88]], np.float32))
    np.testing.assert_allclose(offsets, [[0.1, 0.1, 0.1, 0.1]], rtol=1e-5)


@pytest.mark.parametrize(("most", "number"), [(24, 2), (1, 1)])
def test_the_best_are_looked_at_again_unless_they_score_too_little(most, number):
    assert count_refined(FOUND.scores, RefineRule(most=most)) == number


def test_rows_that_doubt_a_box_let_it_fall_behind_the_next():
    rows = np.array([[-4, -4, 0, 0, 0, 0], [-9, 5, 0.1, 0, 0, 0]], np.float32)
    refined = refine(FOUND, rows, RefineRule(weight=0.5))
    np.testing.assert_array_equal(refined.classes, [2, 1, 2])
    np.testing.assert_allclose(refined.boxes[0], [41.2, 8, 52, 48], rtol=1e-6)
    assert refined.scores[0] > 0.9 > 0.5 > refined.scores[1]
    assert refined.scores[2] == FOUND.scores[2]


@pytest.mark.parametrize(("weight", "score"), [(0.0, 0.9), (1.0, 0.5)])
def test_the_weight_says_whom_the_score_is_from(weight, score):
    row = np.array([[np.log(0.5), np.log(0.5), 0, 0, 0, 0]], np.float32)
    refined = refine(FOUND, row, RefineRule(weight=weight))
    assert refined.scores[refined.boxes[:, 0].argmin()] == pytest.approx(score)


def test_the_graph_refines_the_same_in_each_frame_of_a_batch():
    rng = np.random.default_rng(7)
    images = rng.uniform(0, 255, (2, 96, 96, 1)).astype(np.float32)
    model = build_refiner(NETWORK)
    # Its last layer starts with zeros, which would move nothing.
    model.set_weights(
        [rng.normal(0, 0.3, w.shape) if w.ndim > 1 else w for w in model.get_weights()]
    )
    boxes = np.stack([BOXES, BOXES[::-1]])
    scores = np.array([[0.9, 0.6, 0.0], [0.8, 0.04, 0.0]], np.float32)
    classes = np.ones((2, 3), np.float32)
    known = (boxes, scores, classes, np.array([2.0, 2.0], np.float32))
    found = run_graph(model, images, known)
    for frame, number in enumerate((2, 1)):
        first = Detections(boxes[frame], scores[frame], classes[frame].astype(int))
        patches = cut_patches(images[frame], boxes[frame, :number], RULE)
        expected = refine(first, np.asarray(model(patches, training=False)), RULE)
        np.testing.assert_allclose(found[0][frame], expected.boxes, atol=0.2)
        np.testing.assert_allclose(found[1][frame], expected.scores, atol=1e-3)
        np.testing.assert_array_equal(found[2][frame], expected.classes)


def test_the_graph_bears_frames_in_which_nothing_is_found():
    shapes = (1, 3, 4), (1, 3), (1, 3), (1,)
    nothing = tuple(np.zeros(shape, np.float32) for shape in shapes)
    found = run_graph(build_refiner(NETWORK), np.zeros((1, 96, 96, 1), np.float32), nothing)
    assert not np.asarray(found[1]).any()


def run_graph(model, images, found):
    return tf.function(lambda *given: refine_boxes(model, images, given, RULE))(*found)
