import pytest

from training.reader.scores import count_edits, score_texts


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("http:/a", "http://a", 1),
        ("ab", "ba", 2),
    ],
)
def test_edits_are_counted(one, other, edits):
    assert count_edits(one, other) == edits


def test_scores_are_shares():
    scores = score_texts([("abcd", "abcd"), ("abcx", "abcd")])
    assert scores == {"exact": 0.5, "cer": 0.125}


def test_nothing_read_scores_nothing():
    assert score_texts([]) == {"exact": 0.0, "cer": 0.0}
