"""Twins are judged by shape where nothing else tells, and only there."""

import math

import numpy as np
import pytest

from model_store import LITERT_FOLDER, LITERT_TWINS, ModelStore, default_root
from service.ctc import CtcRecognizer, Steps
from service.errors import ModelLoadError, ModelRunError, RecognizeError
from service.expand import Expander, Page
from service.litert_twins import GlyphContract, LiteRtGlyphNetwork, read_glyph_contract
from service.loading import load_judge, load_network
from service.records import Alternative, Strip, Symbol
from service.settings import ExpandSettings, Settings, TwinsSettings
from service.twins import GlyphSize, TwinJudge, cut_glyphs
from tests.service.printed import print_page

TWINS = "0O1lI"
SIZE = GlyphSize(40, 44, 36)
STRIP = np.full((44, 900), 255, np.uint8)
SHIPPED = ModelStore(default_root()).resolve("twins").path / LITERT_FOLDER / LITERT_TWINS


class SureNetwork:
    """Says of every glyph that it is an `O`, or an `l`, with this chance; counts its calls."""

    size = SIZE

    def __init__(self, chance=0.9):
        rest = math.log(1 - chance)
        self.row = [rest, math.log(chance), rest, math.log(chance), rest]
        self.glyphs = []

    def judge(self, glyphs):
        self.glyphs.append(glyphs)
        return np.tile(np.array(self.row, np.float32), (SIZE.glyphs, 1))


def spell(text, doubts, *, sure=0.6):
    """Return symbols 20 px apart; `doubts` maps places to what else stands there, chance .3."""
    return tuple(
        Symbol(
            letter,
            sure if place in doubts else 0.99,
            20.0 * place,
            20.0 * place + 20.0,
            (Alternative(doubts[place], 0.3, len(doubts[place])),) if place in doubts else (),
        )
        for place, letter in enumerate(text)
    )


def text_of(symbols):
    return "".join(symbol.text for symbol in symbols)


def settle(symbols, network=None):
    return TwinJudge(network or SureNetwork(), TWINS).settle(STRIP, symbols)


def test_in_a_random_name_the_shape_decides():
    settled = settle(spell("a.org/VrM60.zip", {10: "O"}))
    assert text_of(settled) == "a.org/VrM6O.zip"
    told, other = settled[10], settled[10].alternatives[0]
    assert other.text == "0"
    # Together they are as likely as before, the judged one much more so.
    assert told.confidence + other.confidence == pytest.approx(0.9)
    assert told.confidence > 0.6


def test_what_the_reader_is_sure_of_needs_more_than_a_guess():
    symbols = spell("a.org/VrM60.zip", {10: "O"}, sure=0.69)
    assert text_of(settle(symbols, SureNetwork(0.55))) == "a.org/VrM60.zip"


def test_several_twins_in_one_run_are_judged_together():
    one = Symbol("0", 0.5, 120, 140, (Alternative("Ol", 0.2, 2), Alternative("0I", 0.1, 2)))
    symbols = (*spell("a.org/", {}), one, *spell("1xP7", {}))
    settled = settle(symbols)
    assert text_of(settled) == "a.org/OlxP7"
    assert [other.text for other in settled[6].alternatives] == ["01", "0I"]
    assert settled[7].alternatives == ()


def test_other_alternatives_stay_as_they_were():
    symbols = list(spell("x/9Z0b", {4: "O"}))
    symbols[4] = symbols[4]._replace(
        alternatives=(Alternative("D", 0.05), Alternative("O", 0.3), Alternative("", 0.01))
    )
    others = settle(symbols)[4].alternatives
    assert [other.text for other in others] == ["0", "D", ""]
    assert [other.confidence for other in others[1:]] == [0.05, 0.01]


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("fabulous.org/flap", {4: "1"}),
        ("a.org/page10", {10: "l"}),
        ("a.org/2O08", {7: "0"}),
        ("10.0.0.1", {3: "O"}),
        ("a.org/xB7k", {8: "8"}),
        ("a.org/xB7k", {}),
        ("", {}),
    ],
)
def test_words_numbers_and_other_doubts_are_left_to_the_reader(text, doubts):
    network = SureNetwork()
    symbols = spell(text, doubts)
    assert settle(symbols, network) == symbols
    assert network.glyphs == []


def test_only_the_word_that_the_twin_stands_in_is_looked_at():
    network = SureNetwork()
    strip = np.full((44, 900), 255, np.uint8)
    strip[:, : 20 * 4] = 0
    symbols = spell("See x/Z0b1 by", {7: "O"})
    assert text_of(TwinJudge(network, TWINS).settle(strip, symbols)) == "See x/ZOb1 by"
    (glyphs,) = network.glyphs
    assert glyphs.shape == (40, 44, 36)
    # The window of the word's first glyph has some of the word before, no other one has.
    assert [glyph.min() == 0 for glyph in glyphs].count(True) == 1


def test_a_glyph_in_doubt_is_among_those_of_a_very_long_word():
    network = SureNetwork()
    text = "a.org/" + "x" * 50 + "/Z0b1"
    strip = np.full((44, 20 * len(text)), 255, np.uint8)
    strip[:, 20 * 58 :] = 0
    symbols = spell(text, {58: "O"})
    assert text_of(TwinJudge(network, TWINS).settle(strip, symbols)).endswith("/ZOb1")
    assert network.glyphs[0][0].min() == 0


def test_windows_have_their_columns_in_the_middle_and_paper_beyond_the_strip():
    strip = np.full((44, 100), 255, np.uint8)
    strip[:, 50] = 0
    glyphs = cut_glyphs(strip, [50.5, 2.0, 98.0], SIZE)
    assert glyphs.shape == SIZE
    assert np.flatnonzero(glyphs[0].min(axis=0) == 0).tolist() == [18]
    assert (glyphs[1:] == 255).all()


def test_a_strip_of_another_height_is_brought_to_the_networks():
    strip = np.full((88, 200), 255, np.uint8)
    strip[:, 98:102] = 0
    glyphs = cut_glyphs(strip, [100.0], SIZE)
    assert np.flatnonzero(glyphs[0].min(axis=0) == 0).tolist() == [17, 18]


class FailingNetwork(SureNetwork):
    def judge(self, glyphs):
        raise ModelRunError("failed")


class SpellingNetwork:
    """Spells `Z`, a `0` that may be an `O`, and `b1`, in steps of 20 px of a strip 140 px wide."""

    def spell(self, pixels):
        chances = np.full((7, 6), 1e-6)
        for step, chosen in enumerate([1, 0, 2, 0, 4, 0, 5]):
            chances[step, chosen] = 1.0
        chances[2, 2:4] = 0.6, 0.4
        return Steps(np.log(chances / chances.sum(axis=1, keepdims=True)), pixels.shape[1] / 7)


def read_with(judge):
    recognizer = CtcRecognizer(
        SpellingNetwork(),
        alphabet=dict(enumerate("Z0Ob1", start=1)),
        name="tiny",
        version=1,
        judge=judge,
    )
    return recognizer.read(Strip(np.full((44, 140), 255, np.uint8), ())).text


def test_a_reader_asks_the_judge_that_it_has():
    assert read_with(None) == "Z0b1"
    assert read_with(TwinJudge(SureNetwork(), TWINS)) == "ZOb1"


def test_a_judge_that_fails_is_a_failed_reading():
    with pytest.raises(RecognizeError, match="the reader failed on 140 pixels"):
        read_with(TwinJudge(FailingNetwork(), TWINS))


def test_a_bare_network_is_given_one_line_of_floats():
    class Bare:
        def run(self, picture):
            assert picture.shape == (1, 40, 44, 36)
            assert picture.dtype == np.float32
            return np.zeros((1, 40, 5), np.float32)

    network = LiteRtGlyphNetwork(Bare(), GlyphContract(glyphs=40, height=44, width=36))
    assert network.judge(np.zeros(SIZE, np.uint8)).shape == (40, 5)


def test_the_contract_comes_with_the_network(tmp_path):
    assert read_glyph_contract(SHIPPED) == GlyphContract(glyphs=40, height=44, width=36)
    (tmp_path / "a.tflite").write_bytes(b"network")
    with pytest.raises(ModelLoadError, match=r"has no twins\.json"):
        read_glyph_contract(tmp_path / "a.tflite")


def test_without_a_name_nobody_judges():
    assert load_judge(Settings(twins=TwinsSettings(name=""))) is None


# In the default typeface of the tests a nought is as narrow as a digit.
NAMES = ["https://a.org/x0bO7kO0Vd", "https://a.org/7OZ0O0bQ4"]


@pytest.mark.parametrize("name", NAMES)
def test_both_runtimes_tell_noughts_from_capitals(name):
    pytest.importorskip("ai_edge_litert", reason="needs the extra litert")
    page = print_page([name])
    strip = Expander(ExpandSettings()).expand_prefix(Page(page.frame), page.prefixes[0]).strip
    lines = [
        load_network(Settings(twins=TwinsSettings(runtime=runtime))).read(strip)
        for runtime in ("tensorflow", "litert")
    ]
    assert [line.text for line in lines] == [name, name]
    assert lines[0].confidence == pytest.approx(lines[1].confidence, abs=0.05)
