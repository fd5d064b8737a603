"""A bucket gives its burst at once and then keeps to its rate."""

import pytest

from service.rate import Bucket


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_burst_is_given_at_once_and_the_rest_at_the_rate():
    clock = Clock()
    bucket = Bucket(60, burst=2, clock=clock)
    assert [bucket.spend(), bucket.spend()] == [0, 0]
    assert bucket.spend() == pytest.approx(1.0)
    clock.now += 0.75
    assert bucket.spend() == pytest.approx(0.25)
    clock.now += 0.25
    assert bucket.spend() == 0


def test_a_bucket_never_holds_more_than_its_burst():
    clock = Clock()
    bucket = Bucket(60, burst=1, clock=clock)
    clock.now += 1000
    assert bucket.spend() == 0
    assert bucket.spend() == pytest.approx(1.0)


def test_a_rate_of_nothing_is_no_limit():
    bucket = Bucket(0, burst=1)
    assert {bucket.spend() for _ in range(100)} == {0}
