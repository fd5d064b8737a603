"""One thread at a time has the turn, and lends it while it waits for a library."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.turns import LendingNetwork, LendingRecognizer, Turns

WAIT_S = 5
SOON_S = 0.05


def take(turns, entered, leave):
    """Have the turn from `entered` to `leave`."""
    with turns.taken():
        entered.set()
        assert leave.wait(WAIT_S)


@pytest.fixture
def turns():
    return Turns()


@pytest.fixture
def other(turns):
    """A thread that asks for the turn, and is told when to give it back."""
    entered, leave = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(take, turns, entered, leave), entered, leave
        leave.set()


def test_one_thread_at_a_time_has_the_turn(turns, other):
    start, entered, _ = other
    with turns.taken():
        start()
        assert not entered.wait(SOON_S)
    assert entered.wait(WAIT_S)


def test_a_lent_turn_comes_back_before_its_owner_goes_on(turns, other):
    start, entered, leave = other
    with turns.taken():
        with turns.lent():
            start()
            assert entered.wait(WAIT_S)
            threading.Timer(SOON_S, leave.set).start()
        assert leave.is_set()


def test_an_error_gives_the_turn_back(turns, other):
    start, entered, _ = other
    with pytest.raises(ZeroDivisionError), turns.taken(), turns.lent():
        raise ZeroDivisionError
    start()
    assert entered.wait(WAIT_S)


def test_who_has_no_turn_lends_none(turns, other):
    start, entered, leave = other
    taken = start()
    assert entered.wait(WAIT_S)
    with turns.lent():
        assert not taken.done()
    leave.set()
    taken.result(WAIT_S)


@pytest.mark.parametrize("kind", [LendingNetwork, LendingRecognizer])
def test_a_reader_lends_the_turn_while_it_reads(turns, other, kind):
    start, entered, leave = other

    class Slow:
        def read(self, _):
            start()
            leave.set()
            return entered.wait(WAIT_S)

        spell = read

    lending = kind(Slow(), turns)
    with turns.taken():
        has_lent = (lending.spell if kind is LendingNetwork else lending.read)(None)
    assert has_lent
