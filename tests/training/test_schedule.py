import pytest

from training.schedule import learning_rate_at


@pytest.mark.parametrize(
    ("progress", "rate"), [(0.0, 0.0), (0.1, 1.0), (0.2, 2.0), (0.6, 1.0), (1.0, 0.0), (1.5, 0.0)]
)
def test_rate_rises_to_the_peak_then_falls_along_a_cosine(progress, rate):
    assert learning_rate_at(progress, peak=2.0, warmup=0.2) == pytest.approx(rate)
