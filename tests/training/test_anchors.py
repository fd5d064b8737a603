import numpy as np
import pytest

from training.anchors import LEVELS, AnchorLevel, image_anchors, level_anchors


def test_shapes_are_every_height_with_every_aspect():
    level = AnchorLevel(8, (10.0, 20.0), (2.0, 3.0))
    assert level.shapes().tolist() == [[10, 20], [10, 30], [20, 40], [20, 60]]
    assert level.per_cell == 4


def test_anchors_stand_in_the_middle_of_their_cells_row_by_row():
    tiles = level_anchors(AnchorLevel(8, (4.0,), (2.0,)), rows=1, columns=2)
    assert tiles.tolist() == [[2, 0, 6, 8], [2, 8, 6, 16]]


def test_image_anchors_are_the_levels_one_after_the_other():
    anchors = image_anchors(height=32, width=64)
    assert len(anchors) == (4 * 8 + 2 * 4 + 1 * 2) * 6
    np.testing.assert_array_equal(anchors[-12:], level_anchors(LEVELS[2], rows=1, columns=2))


def test_levels_have_the_same_number_of_anchors_at_a_cell():
    assert {level.per_cell for level in LEVELS} == {6}


def test_a_side_that_is_no_multiple_of_the_stride_is_refused():
    with pytest.raises(ValueError, match="multiples of 32, received 33x64"):
        image_anchors(height=33, width=64)


def test_aspects_at_equal_area_deform_a_square():
    level = AnchorLevel(8, (40.0,), (1.0, 4.0), equal_area=True)
    np.testing.assert_allclose(level.shapes(), [[40, 40], [20, 80]])


def test_a_map_coarser_than_the_backbone_has_a_cell_for_what_is_left_over():
    levels = (AnchorLevel(32, (40.0,), (1.0,)), AnchorLevel(64, (80.0,), (1.0,)))
    assert len(image_anchors(height=96, width=64, levels=levels)) == 3 * 2 + 2 * 1
