import itertools

import pytest

from service.confidence import CURVES, Evidence, rate_reading


@pytest.mark.parametrize("evidence", Evidence)
def test_every_kind_of_evidence_has_a_curve_that_never_falls(evidence):
    curve = CURVES[evidence]
    assert len(curve) >= 2
    for (sure, right), (surer, righter) in itertools.pairwise(curve):
        assert 0 <= sure < surer <= 1
        assert 0 <= right <= righter <= 1


def test_between_two_points_of_a_curve_lies_their_mean():
    (sure, right), (surer, righter) = CURVES[Evidence.NETWORK][:2]
    middle = rate_reading(Evidence.NETWORK, (sure + surer) / 2)
    assert middle == pytest.approx((right + righter) / 2)


def test_agreement_makes_a_reading_more_likely_and_contradiction_less():
    both, alone, differ = (
        rate_reading(evidence, 0.9)
        for evidence in (Evidence.BOTH_READERS, Evidence.NETWORK, Evidence.NETWORK_OPPOSED)
    )
    assert differ < alone <= both
