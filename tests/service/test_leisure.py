"""Only so many do what could wait, and whoever must do it is not held up."""

import pytest

from service.leisure import Leisure


def test_only_so_many_are_let_at_once():
    leisure = Leisure(2)
    with leisure.ask() as first, leisure.ask() as second, leisure.ask() as third:
        assert (first, second, third) == (True, True, False)
    with leisure.ask() as again:
        assert again


def test_nobody_is_let_while_others_wait():
    busy = [True]
    leisure = Leisure(1, is_busy=lambda: busy[0])
    with leisure.ask() as asked:
        assert not asked
    busy[0] = False
    with leisure.ask() as asked:
        assert asked


def test_who_insists_is_let_and_takes_the_time_of_who_only_asks():
    leisure = Leisure(1, is_busy=lambda: False)
    with leisure.insist() as first, leisure.insist() as second:
        assert (first, second) == (True, True)
        with leisure.ask() as asked:
            assert not asked
    with leisure.ask() as asked:
        assert asked


@pytest.mark.parametrize("way", ["ask", "insist"])
def test_who_fails_takes_no_time_for_ever(way):
    leisure = Leisure(1)
    with pytest.raises(ZeroDivisionError), getattr(leisure, way)():
        raise ZeroDivisionError
    with leisure.ask() as asked:
        assert asked


def test_one_alone_has_not_to_wait_and_many_leave_each_other_time():
    now = [0.0]
    leisure = Leisure(1, clock=lambda: now[0])
    with leisure.ask():
        now[0] += 0.4
    assert leisure.share("a") == 0
    assert leisure.share("b") == pytest.approx(0.5)
    assert leisure.share("c") == leisure.share("a") == pytest.approx(1.0)
    now[0] += 2.5
    assert leisure.share("b") == 0


def test_who_weighs_more_has_more_turns():
    now = [0.0]
    leisure = Leisure(1, clock=lambda: now[0])
    with leisure.ask():
        now[0] += 0.4
    leisure.share("heavy", weight=2)
    leisure.share("light")
    assert leisure.share("other") == pytest.approx(1.5)
    assert leisure.share("heavy", weight=2) == pytest.approx(0.5)


def test_the_more_may_look_at_once_the_less_one_waits_for_others():
    now = [0.0]
    leisure = Leisure(3, clock=lambda: now[0])
    with leisure.insist():
        now[0] += 1.2
    leisure.share("a")
    assert leisure.share("b") == pytest.approx(0.5)


def test_who_was_refused_tells_nothing_about_how_long_it_takes():
    now = [0.0]
    leisure = Leisure(0, clock=lambda: now[0])
    with leisure.ask() as asked:
        now[0] += 9
    leisure.share("a")
    assert (asked, leisure.share("b")) == (False, 0)
