"""Links go where the picture goes."""

import numpy as np
import pytest

from service.moved import move_link, move_prefix, overlap, shift_between
from service.records import Box, Point
from tests.service.fakes import LINK, PREFIX

SHIFT = np.array([[1.0, 0.0, 5.0], [0.0, 1.0, -3.0]])
ZOOM = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
QUARTER_TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]])


def test_a_link_is_shifted_whole():
    moved = move_link(LINK, SHIFT)
    assert moved.box == Box(15, 17, 205, 37)
    assert moved.polygon[0] == Point(15, 17)
    assert moved.lines[0].polygon == moved.polygon
    assert moved.prefix.box == Box(15, 17, 65, 37)
    assert (moved.url, moved.lines[0].text) == (LINK.url, LINK.lines[0].text)


def test_a_zoom_makes_boxes_larger_and_a_turn_leaves_the_prefix_upright():
    assert move_link(LINK, ZOOM).box == Box(20, 40, 400, 80)
    assert move_prefix(PREFIX, ZOOM).box == Box(20, 40, 120, 80)
    turned = move_prefix(PREFIX, QUARTER_TURN).box
    assert (turned.width, turned.height) == (50, 20)


def test_a_shift_goes_part_of_the_way():
    matrix = shift_between(Box(0, 0, 10, 10), Box(8, 4, 18, 14), share=0.5)
    assert matrix[:, 2] == pytest.approx([4, 2])


@pytest.mark.parametrize(
    ("other", "share"),
    [
        (Box(0, 0, 10, 10), 1.0),
        (Box(5, 0, 15, 10), 1 / 3),
        (Box(10, 0, 20, 10), 0.0),
        (Box(20, 20, 30, 30), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other, share):
    assert overlap(Box(0, 0, 10, 10), other) == pytest.approx(share)
