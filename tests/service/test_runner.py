"""Jobs run beside the loop, wait in a bounded queue, and never hold their caller for ever."""

import asyncio
import contextvars
import threading
import time

import cv2
import pytest
import structlog

from service.errors import DeadlineError, NotReadyError, QueueFullError
from service.runner import Crew, Lane, Runner
from service.settings import RunnerSettings
from tests.service.clients import wait_until

pytestmark = pytest.mark.anyio


@pytest.fixture
def gate():
    """Blocks the jobs that wait for it; open at the end of every test."""
    gate = threading.Event()
    yield gate
    gate.set()


def make_runner(**settings):
    return Runner(RunnerSettings(**{"workers": 1, "max_queued": 1, **settings}))


async def test_a_job_runs_in_another_thread_and_its_answer_comes_back():
    runner = make_runner()
    assert await runner.run(lambda: threading.current_thread().name) == "frame_0"
    assert (runner.running, runner.queued) == (0, 0)


async def test_what_a_job_raises_comes_back():
    def fail():
        raise TimeoutError("of the job itself")

    with pytest.raises(TimeoutError, match="of the job itself"):
        await make_runner().run(fail)


async def test_a_job_beyond_the_queue_takes_the_place_of_the_oldest_one(gate):
    runner = make_runner(retry_after_s=3)
    running, oldest = (asyncio.create_task(runner.run(gate.wait)) for _ in range(2))
    await wait_until(lambda: (runner.running, runner.queued) == (1, 1))
    newest = asyncio.create_task(runner.run(lambda: "newest"))
    with pytest.raises(QueueFullError, match="1 frames are worked on and 1 wait") as caught:
        await oldest
    assert caught.value.retry_after_s == 3
    assert (runner.running, runner.queued) == (1, 1)
    gate.set()
    assert await asyncio.gather(running, newest) == [True, "newest"]
    assert await runner.run(lambda: "free again") == "free again"


async def test_a_job_is_refused_at_once_where_none_may_wait(gate):
    runner = make_runner(max_queued=0)
    running = asyncio.create_task(runner.run(gate.wait))
    await wait_until(lambda: runner.running == 1)
    with pytest.raises(QueueFullError, match="1 frames are worked on and 0 wait"):
        await runner.run(gate.wait)
    gate.set()
    assert await running


async def test_the_place_of_one_who_gave_up_is_not_taken_from_another(gate):
    runner = make_runner(max_queued=2)
    running, gone, patient = (asyncio.create_task(runner.run(gate.wait)) for _ in range(3))
    await wait_until(lambda: (runner.running, runner.queued) == (1, 2))
    gone.cancel()
    await wait_until(lambda: runner.queued == 1)
    newest, last = (asyncio.create_task(runner.run(lambda: "new")) for _ in range(2))
    with pytest.raises(QueueFullError):
        await patient
    gate.set()
    assert await asyncio.gather(running, newest, last) == [True, "new", "new"]


async def test_slow_jobs_let_fewer_wait(gate):
    runner = make_runner(max_queued=9, max_wait_s=0.01)
    await runner.run(lambda: time.sleep(0.02))
    running, oldest = (asyncio.create_task(runner.run(gate.wait)) for _ in range(2))
    await wait_until(lambda: (runner.running, runner.queued) == (1, 1))
    newest = asyncio.create_task(runner.run(gate.wait))
    with pytest.raises(QueueFullError):
        await oldest
    gate.set()
    assert await asyncio.gather(running, newest) == [True, True]


async def test_a_flood_leaves_nothing_behind(gate):
    runner = make_runner(max_queued=2)
    tasks = [asyncio.create_task(runner.run(gate.wait)) for _ in range(500)]
    await wait_until(lambda: sum(task.done() for task in tasks) == 497)
    gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers].count(QueueFullError) == 497
    assert (runner.running, runner.queued) == (0, 0)
    assert await runner.run(lambda: "free again") == "free again"


async def test_waiting_for_a_worker_counts_toward_the_deadline(gate):
    runner = make_runner(deadline_s=0.05)
    stuck, waiting = (asyncio.create_task(runner.run(gate.wait)) for _ in range(2))
    with pytest.raises(DeadlineError, match=r"no answer within 0\.05 s"):
        await waiting
    with pytest.raises(DeadlineError):
        await stuck


async def test_a_job_that_missed_its_deadline_keeps_its_worker_until_it_ends(gate):
    runner = make_runner(deadline_s=0.05, max_queued=0)
    with pytest.raises(DeadlineError):
        await runner.run(gate.wait)
    with pytest.raises(QueueFullError):
        await runner.run(lambda: None)
    gate.set()
    await wait_until(lambda: runner.running == 0)
    assert await runner.run(lambda: "free again") == "free again"


async def test_a_caller_who_gives_up_leaves_the_queue(gate):
    runner = make_runner()
    running, waiting = (asyncio.create_task(runner.run(gate.wait)) for _ in range(2))
    await wait_until(lambda: runner.queued == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (runner.running, runner.queued) == (1, 0)
    gate.set()
    assert await running


async def test_closing_drops_the_waiting_and_lets_the_running_end(gate):
    runner = make_runner()
    running, waiting = (asyncio.create_task(runner.run(gate.wait)) for _ in range(2))
    await wait_until(lambda: (runner.running, runner.queued) == (1, 1))
    runner.close()
    with pytest.raises(NotReadyError):
        await waiting
    with pytest.raises(NotReadyError):
        await runner.run(lambda: None)
    gate.set()
    assert await running


async def test_log_lines_of_a_job_carry_the_id_of_its_request():
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        bound = await make_runner().run(structlog.contextvars.get_contextvars)
    assert bound == {"request_id": "r1"}


async def test_workers_follow_the_quota_unless_set():
    runner = make_runner(workers=3, max_queued=0)
    barrier = threading.Barrier(3, timeout=5)
    places = await asyncio.gather(*(runner.run(barrier.wait) for _ in range(3)))
    assert sorted(places) == [0, 1, 2]


def test_a_crew_returns_what_becomes_of_the_parts_in_their_order():
    delays = [0.05, 0.0, 0.02]
    crew = Crew(2)
    assert crew.map(lambda delay: (time.sleep(delay), delay)[1], delays) == delays
    assert crew.map(str, []) == []


def test_a_crew_raises_what_a_part_raises_and_goes_on():
    crew = Crew(1)
    with pytest.raises(ZeroDivisionError):
        crew.map(lambda part: 1 // part, [1, 0])
    assert crew.map(lambda part: 1 // part, [1]) == [1]


def test_a_part_knows_the_request_that_it_belongs_to():
    request = contextvars.ContextVar("request")
    request.set("a")
    assert Crew(1).map(lambda _: request.get(), [1]) == ["a"]


def test_opencv_starts_no_threads_beside_a_crew():
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        Crew(1)
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(before)


async def test_streams_and_requests_take_turns_however_many_wait(gate):
    runner, order = make_runner(max_queued=4), []
    first = asyncio.create_task(runner.run(gate.wait))
    await wait_until(lambda: runner.running == 1)
    waiting = [
        asyncio.create_task(runner.run(lambda name=name: order.append(name), lane))
        for lane, names in ((Lane.REQUESTS, "abcd"), (Lane.STREAMS, "xy"))
        for name in names
    ]
    await wait_until(lambda: runner.queued == 6)
    gate.set()
    await asyncio.gather(first, *waiting)
    assert order == ["x", "a", "y", "b", "c", "d"]


async def test_full_lanes_of_requests_do_not_turn_streams_away(gate):
    runner = make_runner(max_queued=0)
    busy = asyncio.create_task(runner.run(gate.wait))
    await wait_until(lambda: runner.running == 1)
    with pytest.raises(QueueFullError):
        await runner.run(gate.wait)
    waiting = asyncio.create_task(runner.run(lambda: "stream", Lane.STREAMS))
    await wait_until(lambda: runner.queued == 1)
    gate.set()
    assert (await busy, await waiting) == (True, "stream")
