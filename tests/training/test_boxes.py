import numpy as np
import pytest

from training.boxes import (
    MAX_LOG_SIZE,
    SIZE_SCALE,
    decode_boxes,
    encode_boxes,
    pairwise_intersections,
    pairwise_ious,
)


def boxes(*rows):
    return np.array(rows, np.float32)


def test_intersections_of_overlapping_and_distant_boxes():
    shared = pairwise_intersections(boxes([0, 0, 2, 4]), boxes([1, 1, 3, 5], [5, 5, 6, 6]))
    assert shared.tolist() == [[3.0, 0.0]]


def test_iou_of_the_same_half_and_no_box():
    ious = pairwise_ious(
        boxes([0, 0, 2, 4]), boxes([0, 0, 2, 4], [0, 0, 2, 2], [0, 2, 2, 6], [2, 4, 3, 5])
    )
    assert ious[0] == pytest.approx([1.0, 0.5, 1 / 3, 0.0])


def test_encode_measures_in_anchor_sides():
    # Half the anchor's height lower, a quarter of its width to the right, twice as high.
    offsets = encode_boxes(boxes([0, 5, 20, 25]), boxes([0, 0, 10, 20]))
    assert offsets[0] == pytest.approx([5.0, 2.5, 5 * np.log(2), 0.0])


def test_decode_undoes_encode():
    anchors = boxes([0, 0, 10, 20], [8, 4, 22, 50])
    wanted = boxes([1, -3, 14, 33], [10, 10, 20, 40])
    np.testing.assert_allclose(
        decode_boxes(encode_boxes(wanted, anchors), anchors), wanted, atol=1e-4
    )


def test_decode_stays_finite_on_nonsense():
    decoded = decode_boxes(boxes([0, 0, 1e6, 1e6]), boxes([0, 0, 10, 20]))
    assert decoded[0, 2] == pytest.approx(5 + 5 * np.exp(MAX_LOG_SIZE), rel=1e-5)
    assert SIZE_SCALE > 0
