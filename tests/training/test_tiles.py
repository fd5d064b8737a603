"""Tiles cover the image, and what two of them see is found once."""

import itertools

import numpy as np

from training.postprocess import Detections
from training.tiles import OVERLAP_PX, TiledDetector, tile_starts


class BrightSpots:
    """Finds the one rectangle of white in a picture."""

    def detect(self, image):
        rows, columns = np.nonzero(image[..., 0])
        if not len(rows):
            empty = np.zeros((0, 4), np.float32)
            return Detections(empty, np.zeros(0, np.float32), np.zeros(0, np.int64))
        box = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
        score = np.array([len(rows) / 200], np.float32)
        return Detections(np.array([box], np.float32), score, np.array([2]))

    def input_scale(self, height, width):
        return 0.5


def test_a_small_image_is_one_tile():
    assert tile_starts(400, 512) == [0]


def test_tiles_cover_the_image_and_overlap():
    starts = tile_starts(1900, 640)
    assert starts[0] == 0
    assert starts[-1] == 1900 - 640
    assert all(b - a <= 640 - OVERLAP_PX for a, b in itertools.pairwise(starts))


def test_what_two_tiles_see_is_found_once_in_the_place_where_it_is():
    image = np.zeros((300, 900, 3), np.uint8)
    image[100:110, 420:440] = 255
    detector = TiledDetector(BrightSpots(), 512)
    found = detector.detect(image)
    np.testing.assert_array_equal(found.boxes, [[100, 420, 110, 440]])
    np.testing.assert_array_equal(found.classes, [2])
    assert detector.input_scale(300, 900) == 1.0


def test_nothing_in_any_tile_is_nothing():
    assert (
        len(TiledDetector(BrightSpots(), 512).detect(np.zeros((300, 900, 3), np.uint8)).boxes) == 0
    )
