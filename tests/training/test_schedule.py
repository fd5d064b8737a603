import pytest

from training.schedule import Schedule


def test_learning_rate_rises_linearly_and_falls_along_a_cosine_to_zero():
    schedule = Schedule(peak=2.0, warmup=0.2)
    rates = [schedule.rate_at(progress) for progress in (0.0, 0.1, 0.2, 0.6, 1.0)]
    assert rates == pytest.approx([0.0, 1.0, 2.0, 1.0, 0.0])


def test_learning_rate_starts_and_ends_where_it_is_told_to():
    schedule = Schedule(peak=2.0, warmup=0.5, start=1.0, end=0.5)
    rates = [schedule.rate_at(progress) for progress in (0.0, 0.25, 0.5, 0.75, 1.0, 1.2)]
    assert rates == pytest.approx([1.0, 1.5, 2.0, 1.25, 0.5, 0.5])
