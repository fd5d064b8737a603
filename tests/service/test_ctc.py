import numpy as np
import pytest

from service.ctc import (
    INPUTS,
    OUTPUTS,
    CtcRecognizer,
    GraphStripNetwork,
    choose_width,
    list_widths,
)
from service.errors import RecognizeError
from service.records import Strip
from service.saved_model import SavedModel
from tests.service.saved_models import STEP_PX, save_reader

ALPHABET = {1: "a", 2: "b"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return SavedModel(
        save_reader(tmp_path_factory.mktemp("reader")), inputs=INPUTS, outputs=OUTPUTS
    )


def load(model, alphabet=ALPHABET):
    network = GraphStripNetwork(model)
    return CtcRecognizer(network, alphabet=alphabet, name="tiny", version=3)


def make_strip(width, **levels):
    """A white strip 40 px high; `at_3=100` gives its step number 3 that grey level."""
    pixels = np.full((40, width), 255, np.uint8)
    for place, level in levels.items():
        left = int(place.removeprefix("at_")) * STEP_PX
        pixels[:, left : left + STEP_PX] = level
    return Strip(pixels, ())


def test_dark_steps_are_read_from_left_to_right_with_their_places(model):
    line = load(model).read(make_strip(200, at_3=0, at_10=100))
    assert line.text == "ba"
    assert line.confidence == pytest.approx(0.99, abs=0.005)
    centres = [(symbol.left + symbol.right) / 2 for symbol in line.symbols]
    assert centres == pytest.approx([3.5 * STEP_PX, 10.5 * STEP_PX])


def test_a_reader_with_a_space_in_its_alphabet_parts_words(model):
    strip = make_strip(200, at_3=0, at_10=100)
    assert not load(model).read(strip).parts_words
    line = load(model, {1: " ", 2: "b"}).read(strip)
    assert (line.text, line.parts_words) == ("b ", True)


def test_what_lies_on_the_padding_is_not_read(model):
    assert load(model).read(make_strip(3 * STEP_PX, at_2=100)).text == "a"
    assert load(model).read(make_strip(2 * STEP_PX)).text == ""


def test_blank_paper_is_a_line_without_text(model):
    line = load(model).read(make_strip(200))
    assert (line.text, line.confidence, line.symbols) == ("", 0.0, ())


def test_a_model_that_fails_is_a_failed_reading(model):
    with pytest.raises(RecognizeError, match="the reader failed on 30 pixels"):
        load(model).read(Strip(np.full((4, 30), 255, np.uint8), ()))


def test_widths_are_few_and_hold_what_they_must():
    assert list_widths(1000) == [256, 320, 448, 576, 768, 960, 1216]
    assert [choose_width(width) for width in (1, 256, 257, 960, 961)] == [256, 256, 320, 960, 1216]


def test_warming_up_runs_every_padded_width():
    class Remembers:
        def __init__(self):
            self.shapes = []

        def run(self, inputs):
            self.shapes.append(inputs["strips"].shape)
            return {"log_probs": np.zeros((1, 4, 1), np.float32), "lengths": np.array([4])}

    model = Remembers()
    load(model).warm_up(height_px=44, longest_px=500)
    assert model.shapes == [(1, 44, 256), (1, 44, 320), (1, 44, 448), (1, 44, 576)]
