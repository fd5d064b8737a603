"""As many may wait as can begin in time, and who is refused hears when it is worth while again."""

import pytest

from service.pace import Pace
from service.settings import RunnerSettings


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def make_pace(clock, *, workers=2, **settings):
    return Pace(RunnerSettings(**{"max_wait_s": 0.5, **settings}), workers, clock=clock)


def test_nothing_is_known_before_the_first_job(clock):
    pace = make_pace(clock, max_queued=7)
    assert (pace.room(streams=0), pace.retry_after_s(waiting=7)) == (7, 1)


def test_quick_jobs_let_more_wait_than_slow_ones(clock):
    quick, slow = make_pace(clock), make_pace(clock)
    quick.note_job(0.1)
    slow.note_job(0.25)
    assert (quick.room(streams=0), slow.room(streams=0)) == (10, 4)


def test_one_for_each_worker_may_wait_however_slow_it_is(clock):
    pace = make_pace(clock, workers=3)
    pace.note_job(20.0)
    assert pace.room(streams=0) == 3


def test_no_more_wait_than_the_settings_allow_however_quick_it_is(clock):
    pace = make_pace(clock, max_queued=5)
    pace.note_job(0.001)
    assert pace.room(streams=0) == 5


def test_streams_take_the_places_of_half_the_requests_at_most(clock):
    pace = make_pace(clock)
    pace.note_job(0.1)
    assert [pace.room(streams=waiting) for waiting in (0, 3, 5, 60)] == [10, 7, 5, 5]


def test_the_last_jobs_count_most(clock):
    pace = make_pace(clock)
    pace.note_job(0.5)
    for _ in range(60):
        pace.note_job(0.1)
    assert pace.room(streams=0) == 9


def test_who_is_refused_is_told_when_all_of_them_could_be_done(clock):
    pace = make_pace(clock)
    pace.note_job(0.5)
    assert pace.retry_after_s(waiting=2) == 1
    for _ in range(10):
        pace.note_refusal()
    assert pace.retry_after_s(waiting=2) == 3
    clock.now += 5
    assert pace.retry_after_s(waiting=2) == 1


def test_nobody_is_told_to_wait_for_ever_or_less_than_the_settings_say(clock):
    pace = make_pace(clock, retry_after_s=4)
    pace.note_job(0.5)
    assert pace.retry_after_s(waiting=0) == 4
    assert pace.retry_after_s(waiting=1000) == 60
