import pytest

from service.context import ContextFinder
from service.expand import Expander, Page
from service.link import Piece
from service.reader import VotingReader
from service.recognize import create_recognizer
from service.records import Symbol
from service.settings import ExpandSettings, RecognizeSettings
from service.url_end import text_of
from tests.service.printed import print_page

LINK = "https://keras.io/guides/"


@pytest.fixture(scope="module")
def reader():
    recognizer = create_recognizer(RecognizeSettings())
    return VotingReader(recognizer, max_readings=4, sure_confidence=0.97)


@pytest.mark.parametrize(
    ("lines", "first", "found"),
    [
        (["beside: " + LINK, "ruler stands below it", "nothing else"], 0, "stands"),
        (["beside: " + LINK, "ruler      stands below it"], 0, "stands"),
        (["beside: " + LINK, "ruler", "nothing else"], 0, "beside"),
        ([LINK, "ruler", "nothing else"], 0, "nothing"),
        (["beside: " + LINK, "ruler", "nothing else"], 1, "nothing"),
        ([LINK, "ruler"], 0, None),
        (["beside  |  " + LINK, "ruler"], 0, None),
        (["beside" + " " * 12 + LINK, " " * 21 + "ruler"], 0, None),
    ],
    ids=[
        "behind",
        "behind a gap",
        "before",
        "below",
        "a line of its own",
        "alone",
        "another cell",
        "another column",
    ],
)
def test_the_text_nearest_to_the_word_below_is_found(reader, lines, first, found):
    page = print_page(lines)
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    below = expander.expand_below(expander.find_below(line))
    words = reader.read_once(below.strip, lambda text: text)
    start = Symbol("h", 0.9, 4.0, 20.0)
    context = ContextFinder(expander, reader).find(Piece(line, first), start, below, words)
    assert found is None if context is None else found in text_of(context.symbols)


def test_a_line_is_read_on_behind_the_gap_that_ends_it(reader):
    page = print_page([LINK, "Ruler      Stands Below", "prose"])
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    context = ContextFinder(expander, reader)
    read = []
    for one in (line, expander.find_below(line)):
        whole = expander.expand_below(one) if one is not line else line
        words = reader.read_once(whole.strip, lambda text: text)
        read.append(context.read_on(whole, words)[1].text)
    assert read == [LINK, "Ruler Stands Below"]
