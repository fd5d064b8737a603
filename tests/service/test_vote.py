from dataclasses import dataclass, replace

from service.confidence import Evidence
from service.vote import elect


@dataclass(frozen=True)
class Vote:
    text: str
    confidence: float
    doubts: tuple[str, ...] = ()

    @property
    def meaning(self):
        return self.text.lower()

    def rated(self, confidence):
        return replace(self, confidence=confidence)

    def chance_of(self, meaning):
        return 0.5 if meaning in self.doubts else 0.0

    def ends_before(self, meaning):
        return meaning == self.meaning + " more"


A, SURER_A, B, C = Vote("a", 0.8), Vote("a", 0.9), Vote("b", 0.95), Vote("c", 0.6)


def run(readings, *, sure=1.0, **options):
    return elect(readings, is_sure=lambda vote: vote.confidence >= sure, **options)


def test_two_that_agree_outvote_a_surer_one():
    assert run([A, B, SURER_A, C]) == (SURER_A, Evidence.TWO_READINGS)


def test_two_that_mean_the_same_agree():
    assert run([Vote("A", 0.8), B, A]) == (Vote("A", 0.8), Evidence.TWO_READINGS)


def test_nobody_is_asked_after_two_agree():
    asked = iter([A, A, B, C])
    assert run(asked) == (A, Evidence.TWO_READINGS)
    assert list(asked) == [B, C]


def test_a_first_that_is_sure_is_not_put_to_the_vote():
    asked = iter([SURER_A, B])
    assert run(asked, sure=0.9) == (SURER_A, Evidence.ONE_READING)
    assert list(asked) == [B]


def test_a_sure_one_that_comes_later_has_one_vote_like_the_others():
    assert run([A, B, A], sure=0.9) == (A, Evidence.TWO_READINGS)


def test_the_surest_of_all_different_ones_is_split():
    assert run([A, B, C]) == (B, Evidence.SPLIT_READINGS)


def test_a_single_reading_stands():
    assert run([A]) == (A, Evidence.ONE_READING)


def test_two_that_understood_nothing_outvote_one():
    assert run([None, A, None]) is None


def test_one_that_understood_nothing_is_enough_where_that_is_asked():
    asked = iter([None, A, A])
    assert run(asked, most_empty=1) is None
    assert list(asked) == [A, A]


def test_no_readings_elect_nothing():
    assert run([]) is None
