from dataclasses import replace

import numpy as np
import pytest

from service.confidence import Evidence
from service.reader import JointReader, NetworkReader, VotingReader
from service.records import Strip, Symbol, TextLine
from tests.service.test_vote import Vote

SHARES = {
    Evidence.NETWORK: 1.0,
    Evidence.BOTH_READERS: 1.1,
    Evidence.NETWORK_OPPOSED: 0.5,
    Evidence.TESSERACT_OPPOSED: 0.4,
    Evidence.SECOND_CHOICE: 0.7,
    Evidence.ONE_READING: 1.0,
    Evidence.TWO_READINGS: 1.0,
    Evidence.SPLIT_READINGS: 0.5,
}


class Script:
    """A recognizer that reads one line after the other, as scripted."""

    def __init__(self, *texts):
        self.texts = list(texts)
        self.widths = []

    def read(self, strip):
        self.widths.append(strip.pixels.shape[1])
        text = self.texts.pop(0)
        return TextLine(text, 0.9, (Symbol(text, 0.9, 0, strip.pixels.shape[1]),))


def rate(evidence, sureness):
    return SHARES[evidence] * sureness


def understand(line):
    return Vote(line.text, line.confidence) if line.text != "?" else None


def blank_strip():
    return Strip(np.full((44, 176), 255, np.uint8), ())


def open_voting(script, *, max_readings=4, sure=0.99):
    return VotingReader(script, max_readings=max_readings, sure_confidence=sure, rate=rate)


def vote(script, **options):
    return open_voting(script, **options).read(blank_strip(), understand)


def ask_both(network, tesseract, *, sure=0.95):
    reader = JointReader(
        NetworkReader(network, rate=rate), open_voting(tesseract), sure_confidence=sure, rate=rate
    )
    return reader.read(blank_strip(), understand)


def test_two_readings_do_where_they_agree():
    script = Script("a", "a", "b")
    assert vote(script).text == "a"
    assert script.texts == ["b"]


def test_one_reading_does_where_it_is_sure():
    script = Script("a", "b")
    assert vote(script, sure=0.9).text == "a"
    assert script.texts == ["b"]


def test_doubt_is_settled_by_more_readings_of_other_treatments():
    script = Script("a", "b", "c", "b")
    assert vote(script) == Vote("b", 0.9)
    assert script.widths == [184, 161, 184, 151]


def test_readings_that_all_differ_are_trusted_less():
    assert vote(Script("a", "b", "c", "d")) == Vote("a", 0.45)


@pytest.mark.parametrize("count", [1, 3])
def test_no_more_readings_than_allowed(count):
    script = Script("a", "b", "c", "d")
    vote(script, max_readings=count)
    assert len(script.texts) == 4 - count


def test_places_are_those_of_the_untreated_strip():
    rights = []
    open_voting(Script("a", "b", "c", "d")).read(
        blank_strip(), lambda line: rights.append(line.symbols[0].right)
    )
    assert rights == pytest.approx([176, 176])


def test_the_network_reads_once_and_gets_its_spaces_from_the_ink():
    class ReadsThree:
        def read(self, strip):
            sides = {"a": (0, 10), "b": (14, 24), "c": (160, 170)}
            return TextLine("abc", 0.9, tuple(Symbol(one, 0.9, *sides[one]) for one in "abc"))

    pixels = np.full((44, 176), 255, np.uint8)
    pixels[10:30, 2:12] = pixels[10:30, 13:23] = pixels[10:30, 160:170] = 0
    found = NetworkReader(ReadsThree(), rate=rate).read(Strip(pixels, ()), understand)
    assert found == Vote("ab c", 0.9)


def test_a_strip_without_sense_is_nothing_to_the_network():
    assert NetworkReader(Script("?"), rate=rate).read(blank_strip(), understand) is None


def test_tesseract_is_not_asked_where_the_network_is_sure():
    tesseract = Script("b")
    assert ask_both(Script("a"), tesseract, sure=0.9) == Vote("a", 0.9)
    assert tesseract.texts == ["b"]


def test_two_readers_that_agree_are_trusted_more_than_one():
    assert ask_both(Script("a"), Script("a", "b")) == Vote("a", pytest.approx(0.99))


def test_which_twin_tesseract_guesses_says_nothing():
    read = ask_both(Script("a.org/9z1b7"), Script("a.org/9zlb7"))
    assert read == Vote("a.org/9z1b7", pytest.approx(0.99))
    assert ask_both(Script("a.org/page10"), Script("a.org/pagel0")).confidence == 0.45


def test_of_two_that_differ_the_more_trusted_one_is_believed():
    assert ask_both(Script("a"), Script("b", "b")) == Vote("a", 0.45)

    class Unsure(Script):
        def read(self, strip):
            return replace(super().read(strip), confidence=0.5)

    assert ask_both(Unsure("a"), Script("b")) == Vote("b", pytest.approx(0.36))


def test_what_the_network_was_in_doubt_about_is_believed_where_tesseract_reads_it():
    def ask(doubts):
        reader = JointReader(
            NetworkReader(Script("a"), rate=rate),
            open_voting(Script("b")),
            sure_confidence=0.95,
            rate=rate,
        )
        return reader.read(blank_strip(), lambda line: Vote(line.text, line.confidence, doubts))

    assert ask(("b",)).text == "b"
    assert ask(("b",)).confidence == pytest.approx(0.63)
    assert ask(("c",)).text == "a"


def test_a_space_that_only_the_network_sees_is_hardly_doubted():
    assert ask_both(Script("a"), Script("a more")) == Vote("a", pytest.approx(0.92 * 0.99))


def test_what_makes_sense_to_the_network_only_is_trusted_less():
    assert ask_both(Script("a"), Script("?")) == Vote("a", 0.45)


def test_tesseract_is_not_asked_where_the_network_makes_no_sense():
    tesseract = Script("a")
    assert ask_both(Script("?"), tesseract) is None
    assert tesseract.texts == ["a"]
