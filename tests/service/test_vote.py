from dataclasses import dataclass

from service.vote import elect


@dataclass(frozen=True)
class Vote:
    text: str
    confidence: float

    def trusted(self, share):
        return Vote(self.text, self.confidence * share)


A, SURER_A, B, C = Vote("a", 0.8), Vote("a", 0.9), Vote("b", 0.95), Vote("c", 0.6)


def test_two_that_agree_outvote_a_surer_one():
    assert elect([A, B, SURER_A, C]) == SURER_A


def test_nobody_is_asked_after_two_agree():
    asked = iter([A, A, B, C])
    assert elect(asked) == A
    assert list(asked) == [B, C]


def test_a_first_that_is_sure_is_not_put_to_the_vote():
    asked = iter([SURER_A, B])
    assert elect(asked, sure_confidence=0.9) == SURER_A
    assert list(asked) == [B]


def test_a_sure_one_that_comes_later_has_one_vote_like_the_others():
    assert elect([A, B, A], sure_confidence=0.9) == A


def test_the_surest_of_all_different_ones_is_trusted_half():
    assert elect([A, B, C]) == Vote("b", 0.475)


def test_a_single_reading_stands():
    assert elect([A]) == A


def test_two_that_understood_nothing_outvote_one():
    assert elect([None, A, None]) is None


def test_one_that_understood_nothing_is_enough_where_that_is_asked():
    asked = iter([None, A, A])
    assert elect(asked, most_empty=1) is None
    assert list(asked) == [A, A]


def test_no_readings_elect_nothing():
    assert elect([]) is None
