"""The race of the runtimes: who is left out and why, and what the table makes of the times."""

import sys

import numpy as np
import pytest

from bench import race
from bench.race import Contender, Record, compete, last_line, to_scores
from bench.runtimes import render_table

FAKE = """
import sys
import numpy as np
_, script, kind, network, threads = sys.argv
for line in sys.stdin:
    taken, out = line.split()
    if kind == "broken":
        sys.exit("fake: no such operator")
    np.save(out, np.load(taken) * int(threads))
    print(7.5, flush=True)
"""


@pytest.fixture
def fake_python(tmp_path, monkeypatch):
    """Start a script of our own in place of `bench/runtime.py`."""
    script = tmp_path / "fake.py"
    script.write_text(FAKE)
    monkeypatch.setattr(race, "python_with", lambda packages: [sys.executable, str(script)])


def test_one_that_fails_is_out_with_its_last_words_and_the_others_go_on(tmp_path, fake_python):
    np.save(tmp_path / "picture.npy", np.float32([[0.1, 0.2]]))
    feeds = [{"picture": tmp_path / "picture.npy"}] * 2
    good = Contender("good", "good", tmp_path / "net", 3)
    broken = Contender("broken", "broken", tmp_path / "net", 1)
    records = compete([broken, good], feeds, rounds=2, scratch=tmp_path)
    assert records[broken].problem == "fake: no such operator"
    # The first round, in which all warm up, is not timed; its answers are what is compared.
    assert records[good].ms == [7.5] * 4
    np.testing.assert_allclose(records[good].scores, [[[0.3, 0.6]]] * 2, rtol=1e-6)


def test_the_table_compares_each_with_the_first_that_sees_the_same(tmp_path):
    first, second = (Contender(name, "k", tmp_path, 1) for name in ("first", "second"))
    whole = Contender("whole", "k", tmp_path, 2, feed="frame")
    failed = Contender("failed", "k", tmp_path, 1)
    table = render_table(
        {
            first: Record([10.0, 30.0, 20.0], [np.float32([0.5, 0.25])]),
            second: Record([5.0], [np.float32([0.5, 0.375])]),
            failed: Record(problem="no wheel"),
            whole: Record([40.0], [np.float32([0.5])]),
        }
    )
    rows = [line.split() for line in table.splitlines()[1:]]
    assert rows[0] == ["first", "1", "20.0", "1.00", "0.00000"]
    assert rows[1] == ["second", "1", "5.0", "0.25", "0.12500"]
    assert rows[2] == ["failed", "1", "no", "wheel"]
    assert rows[3] == ["whole", "2", "40.0", "1.00", "0.00000"]


def test_rows_become_the_best_score_of_each():
    rows = np.zeros((1, 2, 6), np.float32)
    rows[0, 1, 1] = np.log(3)
    np.testing.assert_allclose(to_scores(rows), [0.5, 0.75])


def test_the_last_words_are_those_that_are_not_blank():
    assert last_line("Traceback\nValueError: odd\n\n") == "ValueError: odd"
    assert last_line("") == "no reason given"
