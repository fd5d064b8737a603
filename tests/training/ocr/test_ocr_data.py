"""The trainer's data: an alphabet and no words, easy strips beside others, half of them soft."""

import numpy as np

from training.ocr.data import make_ocr_data, pad, prepare_strip, read_facts
from training.ocr.evaluate import drop_spaces, to_metrics
from training.ocr.language import make_language
from training.reader.alphabet import INKED
from training.reader.evaluate import ReaderScores


def test_the_language_has_each_character_and_no_dictionary(tmp_path, real_programs):
    made = make_language(tmp_path).read_bytes()
    # A line of the alphabet's table ends with its character, explained.
    for character in INKED:
        assert f"# {character} [{ord(character):x} ]".encode() in made
    assert len(made) < 10_000


def test_a_tenth_of_the_strips_is_easy(source, tmp_path, real_programs):
    facts = make_ocr_data(source, tmp_path / "data", strips=20, seed=3)
    assert (facts.strips, facts.easy_strips, facts.split) == (20, 2, "train")
    assert read_facts(tmp_path / "data") == facts
    counts = {
        path.name: int.from_bytes(path.read_bytes()[:4], "little")
        for path in (tmp_path / "data").glob("*.lstmf")
    }
    assert counts == {"easy-000.lstmf": 2, "mixed-000.lstmf": 18}


def test_strips_get_paper_round_them_and_some_are_softened():
    sharp = np.full((44, 60), 240, np.uint8)
    sharp[20:24, 30:34] = 0
    rng = np.random.default_rng(5)
    made = [prepare_strip(sharp, rng) for _ in range(40)]
    assert {strip.shape for strip in made} == {(52, 68)}
    assert all((strip[:4] == 255).all() for strip in made)
    untouched = sum(np.array_equal(strip, pad(sharp)) for strip in made)
    assert 8 < untouched < 32


def test_spaces_do_not_count():
    assert drop_spaces(" https://a.b /c\n") == "https://a.b/c"


def test_metrics_have_a_slice_for_each_row():
    rows = [
        ReaderScores(0.0, 99.0, 3, 2 / 3, 0.01234, 5.5),
        ReaderScores(6.0, 8.0, 3, 2 / 3, 0.01234, 5.5),
    ]
    expected = {"strips": 3, "exact": 0.6667, "cer": 0.0123, "ms": 5.5}
    assert to_metrics("eng", rows) == {
        "eng, all": expected,
        "eng, x-height 6-8 px": expected,
    }
