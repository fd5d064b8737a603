import numpy as np

from training.reader.ground import flatten, vary_ground


def printed_strip():
    """Ink 40 levels darker than a paper that falls from 230 to 120."""
    paper = np.linspace(230, 120, 400)[np.newaxis].repeat(44, axis=0)
    paper[8:36, 20::24] -= 60
    paper[8:36, 21::24] -= 60
    return paper.astype(np.uint8)


def test_uneven_light_is_taken_out():
    flat = flatten(printed_strip())
    assert np.median(flat[:, :100]) > 235
    assert np.median(flat[:, -100:]) > 235
    assert flat[20, 20] < 60
    assert flat[20, 380] < 60


def test_strips_are_flattened_in_various_degrees():
    rng = np.random.default_rng(0)
    varied = [vary_ground(printed_strip(), rng) for _ in range(40)]
    papers = {int(np.median(strip[:, -60:])) for strip in varied}
    assert all(strip.shape == (44, 400) and strip.dtype == np.uint8 for strip in varied)
    assert max(papers) > 235
    assert min(papers) < 200
