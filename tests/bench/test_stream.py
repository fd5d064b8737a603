"""The stream benchmark counts right, and its camera knows what can be read."""

import cv2
import numpy as np

from bench.handheld import FRAME_SIZE, film_page
from bench.stream import Load, Tally, render_load
from training.synth.sheet import Page, PageLink


def make_page(*places, x_height=12.0):
    """A blank page with a link at each place, which is its left top corner."""
    links = []
    for number, (left, top) in enumerate(places):
        right, bottom = left + 300, top + 30
        quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        links.append(PageLink("www", f"www.{number}.org", x_height, quad, (quad,)))
    pixels = np.full((1900, 1500, 3), 240, np.uint8)
    return Page(pixels, tuple(links), "book", is_dark=False)


def test_right_wrong_and_missed_links_are_told_apart():
    tally = Tally(reads=6)
    tally.add({"a", "x"}, expected={"a", "b"}, printed={"a", "b", "c"})
    tally.add({"a", "b", "c"}, expected={"a", "b"}, printed={"a", "b", "c"})
    assert (tally.right, tally.wrong, tally.expected, tally.frames) == (3, 1, 4, 2)
    assert tally.render("x").split() == ["x", "0.750", "0.750", "3.00", "2"]


def test_an_empty_tally_has_a_row_too():
    assert Tally().render("x").split() == ["x", "nan", "nan", "nan", "0"]


def test_the_load_is_told_by_age_and_drops():
    loads = [Load([10.0, 30.0], dropped=1, sent=5), Load([20.0], dropped=0, sent=5)]
    assert render_load("two", loads, seconds=2).split() == ["two", "1.5", "20", "20", "10%"]


def test_a_film_knows_which_links_can_be_read():
    film = film_page(make_page((600, 900), (-200, 900)), seconds=0.4, fps=5, seed=3)
    assert film.urls == {"https://www.0.org", "https://www.1.org"}
    assert [shot.urls for shot in film.shots] == [{"https://www.0.org"}] * 2
    first, second = (
        cv2.imdecode(np.frombuffer(shot.data, np.uint8), cv2.IMREAD_COLOR) for shot in film.shots
    )
    assert first.shape == (FRAME_SIZE[1], FRAME_SIZE[0], 3)
    assert not np.array_equal(first, second)


def test_print_that_is_too_small_cannot_be_read():
    page = make_page((600, 900), (600, 1000), (600, 1100), x_height=12.0)
    small = PageLink("www", "www.small.org", 3.0, page.links[0].prefix, page.links[0].lines)
    film = film_page(
        Page(page.pixels, (*page.links, small), "book", is_dark=False), seconds=0.2, fps=5, seed=3
    )
    assert "https://www.small.org" in film.urls - film.shots[0].urls
