"""Detection round a bare network: what it is shown, and where its rows end up in the picture."""

import numpy as np
import pytest

from training.anchors import LEVELS, image_anchors
from training.export_options import ExportOptions
from training.postprocess import PostprocessRule
from training.row_detector import RowDetector, average_blocks, fit_image, pad_image

QUIET = -20.0
RULE = PostprocessRule(min_score=0.5)


class ScriptedNetwork:
    """Finds what it is told to: for each look the row at which it sees class 2, or None."""

    def __init__(self, *script):
        self._script = list(script)
        self.shapes = []

    def run(self, images):
        self.shapes.append(images.shape)
        height, width = images.shape[1:3]
        rows = np.full((len(image_anchors(height=height, width=width)), 9), QUIET, np.float32)
        rows[:, 5:] = 0
        place = self._script.pop(0)
        if place is not None:
            rows[place, 1] = 3.0
        return rows[None]


def test_a_grey_picture_of_the_longer_side_is_made():
    image = np.zeros((40, 80, 3), np.uint8)
    image[:, :40] = (100, 0, 0)
    fitted = fit_image(image, long_side=20, channels=1)
    assert fitted.shape == (10, 20, 1)
    np.testing.assert_allclose(fitted[0, :, 0], [29.9] * 10 + [0.0] * 10, rtol=1e-5)


def test_a_small_picture_is_not_enlarged_and_keeps_its_colours():
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    np.testing.assert_array_equal(fit_image(image, long_side=99, channels=3), image)


def test_padding_goes_to_the_right_and_the_bottom():
    padded = pad_image(np.zeros((33, 32, 1), np.float32))
    assert padded.shape == (64, 32, 1)
    assert padded[32, 0, 0] == 0
    assert set(padded[33:].ravel()) == {128}


def test_blocks_are_averaged_and_the_remainder_is_left_out():
    image = np.array([[1, 3, 9], [5, 7, 9], [9, 9, 9]], np.float32)[..., None]
    np.testing.assert_array_equal(average_blocks(image, 2), [[[4.0]]])


def test_a_box_lands_in_the_pixels_of_the_picture():
    network = ScriptedNetwork(9)
    detector = RowDetector(network, ExportOptions(long_side=64, coarse_factor=1, postprocess=RULE))
    found = detector.detect(np.zeros((128, 64, 3), np.uint8))
    # 128 by 64 came down to 64 by 32.
    assert network.shapes == [(1, 64, 32, 1)]
    expected = np.clip(image_anchors(height=64, width=32)[9], 0, [64, 32, 64, 32]) * 2
    np.testing.assert_allclose(found.boxes, [expected])
    assert list(found.classes) == [2]
    assert found.scores == pytest.approx([0.9526], abs=1e-4)


def test_the_second_look_finds_large_print_at_its_place():
    coarse = image_anchors(height=64, width=64, levels=LEVELS[1:])
    network = ScriptedNetwork(None, -len(coarse) + 20)
    detector = RowDetector(network, ExportOptions(coarse_factor=3, postprocess=RULE))
    found = detector.detect(np.zeros((160, 192, 3), np.uint8))
    # A third of 160 by 192 is 53 by 64, padded to 64 by 64.
    assert network.shapes == [(1, 160, 192, 1), (1, 64, 64, 1)]
    expected = np.clip(coarse[20] * 3, 0, [160, 192, 160, 192])
    np.testing.assert_allclose(found.boxes, [expected])


def test_the_second_look_leaves_its_finest_level_out():
    detector = RowDetector(
        ScriptedNetwork(None, 0), ExportOptions(coarse_factor=3, postprocess=RULE)
    )
    assert len(detector.detect(np.zeros((160, 192, 3), np.uint8)).scores) == 0


def test_the_scale_of_the_input_is_at_most_one():
    detector = RowDetector(ScriptedNetwork(), ExportOptions(long_side=640))
    assert detector.input_scale(1280, 960) == 0.5
    assert detector.input_scale(320, 200) == 1.0
