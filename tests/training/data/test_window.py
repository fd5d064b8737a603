import numpy as np
import pytest

from training.data.window import Window, cut_window, letterbox_window, place_window
from training.example import Example


def make_whole(*boxes: tuple, height: int = 30, width: int = 40) -> Example:
    """Return a picture whose pixels tell their row and column; boxes are in pixels."""
    rows, columns = np.mgrid[:height, :width]
    image = np.stack([rows, columns, rows * 0], axis=-1).astype(np.uint8)
    sides = np.array(boxes, np.float32).reshape(-1, 4) / [height, width, height, width]
    count = len(boxes)
    classes = np.arange(1, count + 1, dtype=np.int32)
    return Example(image, sides.astype(np.float32), classes, np.zeros(count, bool))


@pytest.mark.parametrize("side", [5, 12, 25, 35, 60])
def test_a_window_around_a_box_holds_it_and_wastes_nothing(side):
    rng = np.random.default_rng(side)
    box = np.array([20, 30, 26, 38], np.float32)
    for _ in range(50):
        top, left, _ = place_window((30, 40), side, rng, around=box)
        for start, length, low, high in ((top, 30, 20, 26), (left, 40, 30, 38)):
            if side >= high - low:
                assert start <= low
                assert start + side >= high
            else:
                assert low <= start <= high - side
            if side <= length:
                assert 0 <= start <= length - side
            else:
                assert length - side <= start <= 0


def test_a_window_may_be_anywhere():
    rng = np.random.default_rng(1)
    tops = {place_window((30, 40), 10, rng).top for _ in range(500)}
    assert tops == set(range(21))


def test_a_letterbox_holds_the_whole_picture():
    assert letterbox_window(30, 40) == Window(-5, 0, 40)


def test_what_a_window_shows_is_cut_and_its_boxes_with_it():
    cut = cut_window(make_whole((12, 14, 16, 18)), Window(10, 12, 8), 8)
    np.testing.assert_array_equal(cut.image[..., 0], np.mgrid[10:18, 12:20][0])
    np.testing.assert_array_equal(cut.image[..., 1], np.mgrid[10:18, 12:20][1])
    np.testing.assert_allclose(cut.boxes, [[0.25, 0.25, 0.75, 0.75]])
    assert (cut.classes.tolist(), cut.ignored.tolist()) == ([1], [False])
    assert cut.boxes.dtype == np.float32


def test_what_is_outside_the_picture_is_grey():
    cut = cut_window(make_whole((0, 0, 30, 40)), letterbox_window(30, 40), 40)
    assert (cut.image[:5] == 114).all()
    assert (cut.image[35:] == 114).all()
    assert (cut.image[5:35, :, 0] == np.arange(30)[:, None]).all()
    np.testing.assert_allclose(cut.boxes, [[5 / 40, 0, 35 / 40, 1]])


@pytest.mark.parametrize(
    ("left", "kept", "ignored"),
    # A box from 10 to 20: the share of it right of the window's left edge.
    [(10, [1], [False]), (13, [1], [False]), (14, [1], [True]), (19, [1], [True]), (20, [], [])],
)
def test_a_box_that_is_cut_is_no_example(left, kept, ignored):
    cut = cut_window(make_whole((5, 10, 10, 20)), Window(0, left, 20), 20)
    assert (cut.classes.tolist(), cut.ignored.tolist()) == (kept, ignored)


def test_a_box_that_comes_out_too_small_is_no_example():
    whole = make_whole((5, 5, 9, 9), (10, 10, 16, 16))
    cut = cut_window(whole, Window(0, 0, 20), 40, least_side=10)
    assert cut.ignored.tolist() == [True, False]


def test_a_box_without_an_area_is_dropped():
    assert cut_window(make_whole((5, 5, 5, 9)), Window(0, 0, 20), 20).classes.tolist() == []
