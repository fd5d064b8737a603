"""The canary gets its share of the frames, and one caller always meets the same version."""

import pytest

from service.lineup import Lineup, Lots
from service.versions import Served
from tests.service.fakes import FakePipeline


def serve(version):
    return Served(FakePipeline(), "fake", version)


STABLE, CANARY = serve(1), serve(2)


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 99, 100])
def test_a_hundred_frames_are_shared_out_to_within_one(percent):
    lineup, lots = Lineup(STABLE, CANARY, percent), Lots()
    chosen = [lineup.choose(lots.draw()) for _ in range(100)]
    assert abs(chosen.count(CANARY) - percent) <= 1
    assert chosen.count(STABLE) == 100 - chosen.count(CANARY)


def test_the_same_lot_meets_the_same_version():
    lineup = Lineup(STABLE, CANARY, 30)
    assert {lineup.choose(0.29).model_version for _ in range(9)} == {2}
    assert {lineup.choose(0.3).model_version for _ in range(9)} == {1}


def test_without_a_canary_everybody_meets_the_stable_version():
    lineup = Lineup(STABLE, None, 100)
    assert lineup.choose(0.0) is STABLE
    assert (lineup.members, lineup.shares()) == ((STABLE,), {1: 1.0})


def test_members_are_found_by_version_and_have_their_shares():
    lineup = Lineup(STABLE, CANARY, 10)
    assert lineup.members == (STABLE, CANARY)
    assert lineup.find(1) is STABLE
    assert lineup.find(2) is CANARY
    assert lineup.find(3) is None
    assert lineup.shares() == pytest.approx({1: 0.9, 2: 0.1})
