"""Working ahead keeps the order and goes no further than it may."""

import threading
from concurrent.futures import ThreadPoolExecutor

from scale.ahead import work_ahead


def test_results_come_in_order():
    with ThreadPoolExecutor(4) as pool:
        assert list(work_ahead(lambda n: n * n, range(20), pool=pool, ahead=3)) == [
            n * n for n in range(20)
        ]


def test_no_more_is_begun_than_may_wait():
    begun, lock = [], threading.Lock()

    def note(item):
        with lock:
            begun.append(item)
        return item

    with ThreadPoolExecutor(8) as pool:
        results = work_ahead(note, range(100), pool=pool, ahead=3)
        assert begun == []
        assert next(results) == 0
    assert sorted(begun) == [0, 1, 2]
