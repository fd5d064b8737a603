"""Patches show a box with its margin, and the graph cuts out the same ones."""

from dataclasses import replace

import numpy as np
import pytest

from training.refiner.graph import cut_patches as cut_in_graph
from training.refiner.patch import cut_patches, widen_boxes
from training.refiner.rule import RefineRule

RULE = RefineRule(height=16, width=32)


def test_a_margin_is_as_wide_at_the_sides_as_above_and_below():
    boxes = np.array([[10.0, 20.0, 20.0, 50.0]], np.float32)
    np.testing.assert_array_equal(widen_boxes(boxes, 0.5), [[5, 15, 25, 55]])


def test_each_pixel_of_a_patch_is_the_mean_of_what_it_covers():
    image = np.arange(32 * 64, dtype=np.float32).reshape(32, 64, 1)
    rule = replace(RULE, margin=0.0)
    (patch,) = cut_patches(image, np.array([[0, 0, 32, 64]], np.float32), rule)
    blocks = image.reshape(16, 2, 32, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(patch[..., 0], blocks, rtol=1e-6)


def test_outside_of_the_picture_all_is_grey():
    image = np.zeros((20, 20, 1), np.float32)
    (patch,) = cut_patches(image, np.array([[40, 40, 50, 60]], np.float32), RULE)
    assert (patch == 128).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_the_graph_cuts_out_the_same(channels):
    rng = np.random.default_rng(5)
    images = rng.uniform(0, 255, (2, 60, 80, channels)).astype(np.float32)
    boxes = np.array([[5, 8, 17, 40.5], [-3, 50, 9.5, 85], [20.2, 30.7, 50, 79]], np.float32)
    frames = [0, 1, 1]
    graph = np.asarray(cut_in_graph(images, boxes, np.array(frames, np.int32), RULE))
    for place, frame in enumerate(frames):
        (patch,) = cut_patches(images[frame], boxes[place : place + 1], RULE)
        # Across the picture's very edge one blends with what lies outside, the other does not.
        assert np.median(abs(patch - graph[place])) < 0.01
        assert (abs(patch - graph[place]) > 1).mean() < 0.1
