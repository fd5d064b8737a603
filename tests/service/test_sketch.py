"""Sketches: laid where nothing is known of a page, and seen by those who ask for them."""

import numpy as np

from service.sketch import add_sketch, keep_sketch, sketch_of

PAGE = np.full((60, 80), 200, np.uint8)


def draw(*cells):
    coarse = np.full((6, 8), 255, np.uint8)
    for row, column in cells:
        coarse[row, column] = 0
    return coarse


def test_a_sketch_has_the_size_of_its_page():
    sketched = add_sketch(PAGE, draw((1, 2)), np.zeros(PAGE.shape, bool))
    ink = sketch_of(sketched)
    assert ink.shape == PAGE.shape
    assert (ink[10:20, 20:30] == 1).all()
    assert ink.sum() == 100


def test_a_sketch_says_nothing_of_what_is_known():
    is_known = np.zeros(PAGE.shape, bool)
    is_known[:, 25:] = True
    ink = sketch_of(add_sketch(PAGE, draw((1, 2), (4, 6)), is_known))
    assert ink.sum() == ink[10:20, 20:25].sum() == 50


def test_a_page_with_a_sketch_looks_as_without():
    sketched = add_sketch(PAGE, draw((1, 2)), np.zeros(PAGE.shape, bool))
    np.testing.assert_array_equal(sketched, PAGE)


def test_what_is_made_of_a_page_has_no_sketch():
    sketched = add_sketch(PAGE, draw((1, 2)), np.zeros(PAGE.shape, bool))
    assert sketch_of(sketched[5:]) is None
    assert sketch_of(255 - sketched) is None
    assert sketch_of(PAGE) is None


def test_a_page_keeps_its_sketch_where_it_is_turned_from_dark_to_light():
    sketched = add_sketch(PAGE, draw((1, 2)), np.zeros(PAGE.shape, bool))
    negative = np.asarray(255 - PAGE, np.uint8)
    assert sketch_of(keep_sketch(negative, sketched)).sum() == 100
    assert keep_sketch(negative, PAGE) is negative
