"""Boxes and pixels go through the same view."""

import cv2
import numpy as np
import pytest

from training.synth.geometry import View, random_curl, random_view


def make_view(seed: int, *, curled: bool) -> View:
    rng = np.random.default_rng(seed)
    curl = random_curl(rng, 800, strength=1.0) if curled else None
    return random_view(
        rng, anchor=(400, 300), target=(150, 160), scale=0.6, strength=1.0, curl=curl
    )


def test_view_shows_the_anchor_at_the_target():
    view = make_view(1, curled=True)
    np.testing.assert_allclose(
        view.project(np.array([[400, 300]], np.float32)), [[150, 160]], atol=0.01
    )


@pytest.mark.parametrize("curled", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_view_moves_boxes_as_it_moves_pixels(seed, curled):
    page = np.full((600, 800), 255, np.uint8)
    quad = np.array([[380, 290], [430, 290], [430, 315], [380, 315]], np.float32)
    cv2.fillPoly(page, [quad.astype(np.int32)], 0)
    view = make_view(seed, curled=curled)
    picture = view.photograph(page, 320, 320, desk=(255,))
    rows, columns = np.nonzero(picture < 128)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(view.project_box(quad), seen, atol=2.0)


def test_curl_flattens_what_it_bends():
    curl = random_curl(np.random.default_rng(5), 1000, strength=1.0)
    points = np.random.default_rng(6).uniform(0, 1000, (50, 2)).astype(np.float32)
    bent = curl.bend(points)
    np.testing.assert_allclose(
        np.stack(curl.flatten(bent[:, 0], bent[:, 1]), axis=1), points, atol=0.05
    )


def test_curl_never_folds_the_page():
    for seed in range(20):
        curl = random_curl(np.random.default_rng(seed), 1000, strength=1.0)
        assert (np.diff(curl.moved) > 0).all()
