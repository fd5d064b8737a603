import numpy as np
import pytest

from service.reader import Reader
from service.records import Strip, Symbol, TextLine
from tests.service.test_vote import Vote


class Script:
    """A recognizer that reads one line after the other, as scripted."""

    def __init__(self, *texts):
        self.texts = list(texts)
        self.widths = []

    def read(self, strip):
        self.widths.append(strip.pixels.shape[1])
        text = self.texts.pop(0)
        return TextLine(text, 0.9, (Symbol(text, 0.9, 0, strip.pixels.shape[1]),))


def read(script, *, max_readings=4, sure=0.99):
    strip = Strip(np.full((44, 176), 255, np.uint8), ())
    return Reader(script, max_readings=max_readings, sure_confidence=sure).read(
        strip, lambda line: Vote(line.text, line.confidence)
    )


def test_two_readings_do_where_they_agree():
    script = Script("a", "a", "b")
    assert read(script).text == "a"
    assert script.texts == ["b"]


def test_one_reading_does_where_it_is_sure():
    script = Script("a", "b")
    assert read(script, sure=0.9).text == "a"
    assert script.texts == ["b"]


def test_doubt_is_settled_by_more_readings_of_other_treatments():
    script = Script("a", "b", "c", "b")
    assert read(script) == Vote("b", 0.9)
    assert script.widths == [184, 161, 184, 151]


@pytest.mark.parametrize("count", [1, 3])
def test_no_more_readings_than_allowed(count):
    script = Script("a", "b", "c", "d")
    read(script, max_readings=count)
    assert len(script.texts) == 4 - count


def test_places_are_those_of_the_untreated_strip():
    strip, rights = Strip(np.full((44, 176), 255, np.uint8), ()), []
    Reader(Script("a", "b", "c", "d"), max_readings=4, sure_confidence=0.99).read(
        strip, lambda line: rights.append(line.symbols[0].right)
    )
    assert rights == pytest.approx([176, 176])
