"""The stream benchmark counts right, and its camera knows what can be read."""

from dataclasses import replace

import cv2
import numpy as np

from bench.handheld import FRAME_SIZE, film_page, is_ordinary
from bench.recording import record_frame
from bench.stream import Gain, Tally, follow_film
from service.leisure import Leisure
from service.metrics import Metrics
from service.records import Frame
from service.settings import Settings
from tests.service.fakes import LINK, FakePipeline
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


class CountedPipeline(FakePipeline):
    """Says that each of its readings is one call to a reader."""

    def __init__(self):
        super().__init__()
        self.metrics = Metrics()

    def _read(self, link):
        self.metrics.time_read(0.01, engine="network", is_failed=False)
        return super()._read(link)


def test_right_wrong_and_missed_links_are_told_apart():
    tally = Tally(reads=6)
    tally.add({"a", "x"}, expected={"a", "b"}, printed={"a", "b", "c"})
    tally.add({"a", "b", "c"}, expected={"a", "b"}, printed={"a", "b", "c"})
    assert (tally.right, tally.expected, tally.frames) == (3, 4, 2)
    assert (tally.wrong, tally.missed) == ({"x": 1}, {"b": 1})
    assert tally.render("x").split() == ["x", "0.750", "0.750", "3.00", "2"]


def test_an_empty_tally_has_a_row_too():
    assert Tally().render("x").split() == ["x", "nan", "nan", "nan", "0"]


def test_a_film_is_followed_and_each_frame_looked_at_by_itself():
    film = film_page(make_page((600, 900)), seconds=2, fps=5, seed=3)
    gain, pipeline = Gain(), CountedPipeline()
    follow_film(film, pipeline, Settings(), metrics=pipeline.metrics, gain=gain, leisure=Leisure(1))
    assert (gain.single.frames, gain.single.reads) == (10, 10)
    # What the fake finds is not on the page.
    assert gain.single.wrong == {LINK.url: 10}
    assert gain.confirmed.wrong.total() > 5
    assert 3 <= gain.confirmed.reads < 10
    assert gain.confirmed.missed == {"https://www.0.org": gain.confirmed.expected}
    assert "the stream needs" in gain.render()


def test_a_recording_gives_what_was_read_and_counts_what_is_asked_for():
    pipeline = CountedPipeline()
    frame = Frame(np.zeros((48, 64, 3), np.uint8))
    recording = record_frame(pipeline, frame, pipeline.metrics, min_confidence=0.5)
    assert (recording.all_calls, recording.calls) == (1, 0)
    assert recording.run(frame, 0.0, lambda prefix, read: None).links == ()
    assert recording.calls == 0
    assert recording.run(frame, 0.0, lambda prefix, read: read()).links == (LINK,)
    assert recording.calls == 1


def test_a_film_knows_which_links_can_be_read():
    film = film_page(make_page((600, 900), (-200, 900)), seconds=0.4, fps=5, seed=3)
    assert film.urls == {"https://www.0.org", "https://www.1.org"}
    assert [shot.urls for shot in film.shots] == [{"https://www.0.org"}] * 2
    first, second = (
        cv2.imdecode(np.frombuffer(shot.data, np.uint8), cv2.IMREAD_COLOR) for shot in film.shots
    )
    assert first.shape == (FRAME_SIZE[1], FRAME_SIZE[0], 3)
    assert not np.array_equal(first, second)


def test_only_pages_that_have_all_of_their_links_are_filmed():
    page = make_page((600, 900))
    (link,) = page.links
    assert is_ordinary(page)
    assert not is_ordinary(replace(page, links=(replace(link, is_cut=True),)))
    assert not is_ordinary(replace(page, links=(replace(link, lines=link.lines * 3),)))


def test_print_that_is_too_small_cannot_be_read():
    page = make_page((600, 900), (600, 1000), (600, 1100), x_height=12.0)
    small = PageLink("www", "www.small.org", 3.0, page.links[0].prefix, page.links[0].lines)
    film = film_page(
        Page(page.pixels, (*page.links, small), "book", is_dark=False), seconds=0.2, fps=5, seed=3
    )
    assert "https://www.small.org" in film.urls - film.shots[0].urls


def test_a_link_can_be_read_where_its_end_is_in_view():
    page = make_page((600, 900))
    (link,) = page.links
    inside = replace(link, following=link.prefix)
    outside = replace(link, following=link.prefix - np.float32([4000, 0]))
    seen = [
        film_page(replace(page, links=(one,)), seconds=0.2, fps=5, seed=3).shots[0].urls
        for one in (link, inside, outside)
    ]
    assert seen == [{"https://www.0.org"}, {"https://www.0.org"}, set()]
