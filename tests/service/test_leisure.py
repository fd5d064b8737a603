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
