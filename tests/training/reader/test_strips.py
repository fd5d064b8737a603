import pickle

import cv2
import numpy as np

from training.reader.preview import save_preview
from training.reader.strips import COMMON_X_HEIGHTS, X_HEIGHTS


def test_strips_have_the_services_form_and_a_column_for_each_character(source):
    rng = np.random.default_rng(2)
    strips = [strip for _ in range(15) for strip in source.sample(rng)]
    assert len(strips) == 30
    for strip in strips:
        assert strip.pixels.shape[0] == 44
        assert strip.pixels.dtype == np.uint8
        assert len(strip.centres) == len(strip.text)
        assert strip.centres.min() > -8
        assert strip.centres.max() < strip.pixels.shape[1] + 8
        # Dark on light, whatever the page was.
        assert np.median(strip.pixels) > 128
    heights = [strip.x_height for strip in strips]
    assert X_HEIGHTS[0] <= min(heights) < COMMON_X_HEIGHTS[1]


def test_a_pickled_source_makes_the_same_strips(source):
    copy = pickle.loads(pickle.dumps(source))
    one, other = (each.sample(np.random.default_rng(4))[0] for each in (source, copy))
    assert one.text == other.text
    np.testing.assert_array_equal(one.pixels, other.pixels)


def test_easy_strips_are_short_and_large(source):
    rng = np.random.default_rng(6)
    strips = [strip for _ in range(5) for strip in source.sample(rng, hardness=0.0)]
    assert max(len(strip.text) for strip in strips) <= 14
    assert min(strip.x_height for strip in strips) >= 14


def test_a_preview_shows_as_many_strips_as_asked(source, tmp_path):
    save_preview(tmp_path / "strips.png", source, count=3, seed=1)
    assert cv2.imread(str(tmp_path / "strips.png")).shape == (3 * 66, 1400, 3)
