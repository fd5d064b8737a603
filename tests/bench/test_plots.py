"""Bars are as long as their values, and say them."""

from xml.etree import ElementTree

import pytest

from bench.plots import Figure, draw_figure

FIGURE = Figure("a", "Times", "make bench", "ms", ["one"], {"one": 20.0, "another": 80.0})


@pytest.fixture
def picture():
    return ElementTree.fromstring(draw_figure(FIGURE))


def test_bars_are_as_long_as_their_values(picture):
    lengths = {bar.get("class"): float(bar.get("width")) for bar in picture.iterfind("{*}rect")}
    assert lengths["bar"] == pytest.approx(4 * lengths["ours"], rel=0.01)


def test_bars_end_within_the_picture(picture):
    right = max(
        float(bar.get("x")) + float(bar.get("width")) for bar in picture.iterfind("{*}rect")
    )
    assert right <= float(picture.get("width"))


def test_a_figure_says_its_values_and_its_command(picture):
    texts = [text.text for text in picture.iterfind("{*}text")]
    assert {"Times", "one", "20 ms", "another", "80 ms", "make bench"} == set(texts)
    assert picture.find("{*}title").text == "Times: one 20 ms; another 80 ms"


def test_shares_have_three_places():
    shares = FIGURE._replace(unit="", bars={"one": 0.5})
    assert ">.500<" in draw_figure(shares)
