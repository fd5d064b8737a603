from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from service.errors import DetectError, RecognizeTimeoutError
from service.pipeline import Pipeline
from service.reader import VotingReader
from service.recognize import create_recognizer
from service.records import Box, Frame, Prefix
from service.settings import ExpandSettings, RecognizeSettings, UrlSettings
from tests.service.fakes import LINK, FakeDetector, FakeRecognizer
from tests.service.printed import FONT_PX, print_page
from tests.service.reading import read_line

PAGE = [
    "A guide (https://example.org/wiki/C_(language)) stands",
    "beside http://192.168.0.1:8080/x and a port. Both",
    "or www.debian.org/releases are found, and then the",
    "longest of all: https://keras.io/guides/",
    "writing/layers.html in two lines.",
]
URLS = [
    "https://example.org/wiki/C_(language)",
    "http://192.168.0.1:8080/x",
    "https://www.debian.org/releases",
    "https://keras.io/guides/writing/layers.html",
]


class Reads(FakeRecognizer):
    """Reads the same line in every strip, with a place for each character."""

    def read(self, strip):
        super().read(strip)
        return read_line(self.text)


def open_reader(recognizer):
    return VotingReader(
        recognizer, max_readings=4, sure_confidence=0.97, rate=lambda evidence, sureness: sureness
    )


def build_on(detector, recognizer, **settings):
    return Pipeline(
        detector,
        open_reader(recognizer),
        expand=ExpandSettings(),
        url=UrlSettings(**settings),
    )


def build(page, recognizer, **settings):
    return build_on(FakeDetector(page.prefixes), recognizer, **settings)


@pytest.fixture(scope="module")
def tesseract():
    return create_recognizer(RecognizeSettings())


@pytest.mark.parametrize(
    "camera",
    [{}, {"tilt_deg": 12}, {"tilt_deg": -9}, {"bend_px": 40}, {"is_dark": True}],
    ids=["flat", "clockwise", "anticlockwise", "curled", "dark"],
)
def test_links_are_read_off_the_page(tesseract, camera):
    page = print_page(PAGE, **camera)
    result = build(page, tesseract).run(page.frame, 1.0)
    assert [link.url for link in result.links] == URLS


@pytest.mark.parametrize(
    ("below", "trust"),
    [
        ("ruler stands below it, and more prose.", 0.55),
        ("robertson.stevens@example.org has more.", 0.94),
        ("https://b.org/x stands below it.", 1.0),
        ("ruler stands below it, and a line that is much longer.", 0.97),
        (None, 1.0),
    ],
)
def test_a_link_that_may_go_on_in_a_line_that_was_not_joined_is_less_sure(tesseract, below, trust):
    lines = ["longest of all: https://keras.io/guides/", *([below] if below else [])]
    page = print_page(lines)
    first = replace(page, prefixes=page.prefixes[:1])
    (link,) = build(first, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides/", trust)
    assert link.is_end_seen == (below is not None)
    assert 0.8 * trust < link.confidence <= trust


def print_in_pale_text(words_of_the_link):
    """Print a link at its line's end, as dark as so many words of the line below it."""
    left, pitch = 90, 36
    below = ["ruler", "stands", "below", "it."]
    page = print_page(["longest of all: https://keras.io/guides/", " ".join(below)], left=left)
    font = ImageFont.load_default(FONT_PX)
    dark_px = round(font.getlength(" ".join(below[:words_of_the_link]))) + 3
    (prefix,) = page.prefixes
    pixels = page.frame.pixels.astype(np.float32)
    top = round(prefix.box.bottom + (pitch - prefix.box.height) / 2)
    for pale in (
        pixels[:top, : round(prefix.box.left) - 3],
        pixels[top:, left + dark_px if words_of_the_link else 0 :],
    ):
        pale[:] = 245 - 0.55 * (245 - pale)
    return replace(page, frame=Frame(pixels.astype(np.uint8)))


def test_a_word_that_stands_out_from_the_text_as_the_link_does_is_a_part_of_it(tesseract):
    page = print_in_pale_text(1)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert link.url == "https://keras.io/guides/ruler"


def test_a_link_ends_above_a_word_that_is_set_as_the_text_around_it(tesseract):
    page = print_in_pale_text(0)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides/", 0.97)


def test_a_word_alone_below_a_link_that_stands_alone_may_be_a_part_of_it(tesseract):
    given = {}
    for lines in (
        ["https://keras.io/guides/", "ruler"],
        ["see https://keras.io/guides/", "ruler"],
        ["https://keras.io/guides/", "ruler", "stands above"],
        ["https://keras.io/guides", "ruler"],
    ):
        page = print_page(lines)
        (link,) = build(page, tesseract).run(page.frame, 1.0).links
        given[tuple(lines)] = link.url.removeprefix("https://keras.io/guides"), link.confidence
    (alone, confidence), *others = given.values()
    assert alone == "/ruler"
    assert 0.8 < confidence < 0.91
    assert [url for url, _ in others] == ["/", "/", ""]


def test_a_link_ends_above_a_title(tesseract):
    page = print_page(["see https://keras.io/guides/", "Ruler Leaked Attachment"])
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides/", 0.97)


def test_a_bracket_that_is_not_closed_says_that_the_link_goes_on(tesseract):
    given = {}
    for mark, end in (("(", ""), ("(", ")"), ("- ", "")):
        page = print_page([f"a guide {mark}https://keras.io/guides{end}"])
        found = build(page, tesseract, min_confidence=0.0).run(page.frame, 1.0).links
        given[mark + end] = [(link.url, link.trust) for link in found]
    url = "https://keras.io/guides"
    assert given == {"(": [(url, 0.1)], "()": [(url, 1.0)], "- ": [(url, 1.0)]}


@pytest.mark.parametrize(
    ("first", "below", "url"),
    [
        ("http://10.0.0.1:", "8080/bokonon/", "http://10.0.0.1:8080/bokonon/"),
        ("http://10.0.0.1:", "ruler", "http://10.0.0.1"),
        ("http://10.0.0.1:50", "00/bokonon/", "http://10.0.0.1:5000/bokonon/"),
        ("http://56.149.158", ".212:9090", "http://56.149.158.212:9090"),
    ],
)
def test_an_address_is_joined_within_a_cell_of_a_table(tesseract, first, below, url):
    page = print_page([first + " " * 5 + "she goes", below])
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == (url, 1.0)


def test_a_link_behind_which_its_own_column_had_room_ends_there(tesseract):
    lines = ["https://keras.io/guides/writing/many/layers/", "and/more/", "ruler"]
    page = print_page(lines)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == (f"{lines[0]}and/more/", 0.97)


@pytest.mark.parametrize(
    ("lines", "url"),
    [
        (('see "https://keras.io/guides/', 'ruler" and more'), "https://keras.io/guides/ruler"),
        (("see 'https://keras.io/guides/", "ruler'. More"), "https://keras.io/guides/ruler"),
        (("see https://keras.io/guides/", 'ruler" and more'), "https://keras.io/guides/"),
        (("see [https://keras.io/guides/", 'ruler" and more'), "https://keras.io/guides/"),
        (('see "https://keras.io/guides/', "ruler and more"), "https://keras.io/guides/"),
    ],
)
def test_a_quoted_link_goes_on_to_where_the_quotation_ends(tesseract, lines, url):
    page = print_page(lines)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert link.url == url


@pytest.mark.parametrize(("bullets", "trust"), [(range(5), 0.97), (range(0), 0.55)])
def test_a_link_ends_above_the_next_item_of_a_list(tesseract, bullets, trust):
    items = [*["prose of an item that goes on"] * 2, "found at https://keras.io/guides/"]
    page = print_page([*items, "ruler and more prose", "prose of an item"], left=130)
    for row in bullets:
        cv2.circle(page.frame.pixels, (90, 139 + 36 * row), 3, 0, -1)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides/", trust)


def test_a_text_beside_a_link_has_a_site_of_its_own_below_it(tesseract):
    lines = ["longest: https://keras.io/ and", "debian.org, of which more"]
    page = print_page(lines)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/", 1.0)


def test_a_host_that_breaks_within_a_word_goes_on_however_much_stands_to_the_right(tesseract):
    page = print_page(["ftp://docs.examp" + " " * 5 + "she goes", "le.com. The only way"])
    (prefix,) = (Prefix("ftp", 0.9, Box(90.0, 127.0, 145.0, 151.0)),)
    (link,) = build(replace(page, prefixes=(prefix,)), tesseract).run(page.frame, 1.0).links
    assert link.url == "ftp://docs.example.com"


def test_a_query_may_break_behind_its_mark_however_much_stands_to_the_right(tesseract):
    page = print_page(["https://keras.io/guides?     she goes", "lang=10360"])
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert link.url == "https://keras.io/guides?lang=10360"


@pytest.mark.parametrize(("scale", "trust"), [(0.6, 0.92), (1.0, 0.55)])
def test_a_headline_ends_above_smaller_print_wherever_that_starts(tesseract, scale, trust):
    page = print_page(["from https://keras.io/guides", "stands prose and more of it"], left=60)
    below = page.frame.pixels[round(page.prefixes[0].box.bottom) + 6 :, 60:]
    smaller = cv2.resize(below, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    page.frame.pixels[round(page.prefixes[0].box.bottom) + 6 :] = 245
    height, width = smaller.shape[:2]
    # The first letter is cut by the frame's edge.
    page.frame.pixels[-below.shape[0] :][:height, : width - 5] = smaller[:, 5:]
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust, link.is_end_seen) == ("https://keras.io/guides", trust, False)


def test_what_is_smaller_and_paler_below_is_no_part_however_much_it_looks_like_one(tesseract):
    page = print_page(["https://keras.io/guides", "writing/layers.html"])
    (whole,) = build(page, tesseract).run(page.frame, 1.0).links
    assert whole.url == "https://keras.io/guideswriting/layers.html"
    below = page.frame.pixels[round(page.prefixes[0].box.bottom) + 12 :]
    below[:] = 255 - (255 - below) // 3
    smaller = cv2.resize(below, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    below[:] = 255
    below[: smaller.shape[0], : smaller.shape[1]] = smaller
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides", 0.95)


def test_a_wrapped_link_shows_its_lines(tesseract):
    page = print_page(PAGE)
    link = build(page, tesseract).run(page.frame, 1.0).links[-1]
    assert [line.text for line in link.lines] == ["https://keras.io/guides/", "writing/layers.html"]
    first, second = (Box.around(line.polygon) for line in link.lines)
    assert first.top < second.top < first.bottom + 20
    assert second.left < first.left
    assert link.box == Box(second.left, first.top, first.right, second.bottom)
    assert link.polygon == link.lines[0].polygon


def test_a_wrapped_link_is_left_alone_where_joining_is_switched_off(tesseract):
    page = print_page(PAGE)
    links = build(page, tesseract, join_wrapped=False).run(page.frame, 1.0).links
    assert links[-1].url == "https://keras.io/guides/"


def test_a_link_that_runs_out_of_the_frame_is_not_given(tesseract):
    page = print_page(["https://example.org/a/rather/long/path"], size=(420, 300))
    assert build(page, tesseract).run(page.frame, 1.0).links == ()


@pytest.mark.parametrize("width", range(396, 424, 3))
@pytest.mark.parametrize("mark", ["", ",", "]", "!", "-", ".;"])
def test_what_is_left_of_a_character_at_the_frames_edge_does_not_end_a_link(width, mark):
    page = print_page(["https://example.org/a/rather/long/path"], size=(width, 300))
    pipeline = build(page, Reads("https://example.org/a" + mark))
    assert pipeline.run(page.frame, 1.0).links == ()


@pytest.mark.parametrize("rest", ["), and", " "])
def test_a_link_that_ends_before_the_frame_does_is_given(rest):
    page = print_page(["https://example.org/a), and more of it"], size=(430, 300))
    (link,) = build(page, Reads("https://example.org/a" + rest)).run(page.frame, 1.0).links
    assert link.url == "https://example.org/a"


# The frame begins in the middle of the second line's first letter, or so close to it that another
# one may stand before it.
@pytest.mark.parametrize("edge", [100, 92])
@pytest.mark.parametrize(("below", "is_given"), [("guides/intro.html", False), ("prose", True)])
def test_a_link_whose_next_line_starts_outside_the_frame_is_not_given(
    tesseract, below, is_given, edge
):
    printed = print_page(["from https://keras.io/", below], left=95)
    pixels = printed.frame.pixels[:, edge:]
    (prefix,) = printed.prefixes
    left, top, right, bottom = prefix.box
    moved = replace(prefix, box=Box(left - edge, top, right - edge, bottom))
    pipeline = build_on(FakeDetector((moved,)), tesseract)
    seen = []

    def follow(_, read):
        seen.append(read())
        return seen[-1]

    for links in (
        pipeline.run(Frame(pixels), 1.0).links,
        pipeline.run(Frame(pixels), 1.0, follow).links,
    ):
        assert [link.url for link in links] == ["https://keras.io/"] * is_given
    # Whoever follows links divides by how likely they end where they do.
    assert [link is not None for link in seen] == [is_given]


# What the frame's left edge leaves of `http://` looks like `ftp://`.
@pytest.mark.parametrize(
    ("before", "left", "is_given"),
    [("http://", -40, False), ("see ", 20, True), ("(", 20, True), ("http://", 20, True)],
)
def test_www_behind_what_the_frame_leaves_of_a_scheme_is_not_given(
    tesseract, before, left, is_given
):
    page = print_page([f"{before}www.example.org and prose"], left=left)
    www = page.prefixes[-1]
    links = build(replace(page, prefixes=(www,)), tesseract).run(page.frame, 1.0).links
    assert bool(links) == is_given


@pytest.mark.parametrize(
    ("text", "left", "is_given"),
    [
        ("http://example.org", 0.0, True),
        ("ttp://example.org", 0.0, False),
        ("p://example.org", 0.0, False),
        ("ftp://example.org", 0.0, False),
        ("ftp://example.org", 30.0, True),
    ],
)
def test_a_link_whose_scheme_may_be_cut_by_the_frame_is_not_given(text, left, is_given):
    page = print_page(["ftp://example.org and prose"], left=left)
    (prefix,) = page.prefixes
    at_edge = replace(prefix, box=prefix.box._replace(left=left))
    pipeline = build_on(FakeDetector((at_edge,)), Reads(text))
    assert bool(pipeline.run(page.frame, 1.0).links) == is_given


# The line ends so close to the frame's edge that a word space would reach beyond it.
@pytest.mark.parametrize("right", [20, 26])
def test_a_link_that_ends_close_to_the_frames_edge_may_go_on_below(tesseract, right):
    printed = print_page(["https://keras.io/guides", "/writing/layers.html"], left=60)
    ink = np.flatnonzero(printed.frame.pixels[:, :, 0].min(axis=0) < 128).max()
    cut = Frame(printed.frame.pixels[:, : ink + right])
    (link,) = build(printed, tesseract).run(cut, 1.0).links
    assert link.url == "https://keras.io/guides/writing/layers.html"


def test_what_cannot_be_read_below_a_link_says_nothing_about_its_end():
    page = print_page(["found at https://keras.io/guides/", "guides"])

    class ReadsLongLines(FakeRecognizer):
        def read(self, strip):
            super().read(strip)
            height, width = strip.pixels.shape
            return read_line("https://keras.io/guides/" if width > 5 * height else "")

    (link,) = build(page, ReadsLongLines()).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides/", 1.0)


@pytest.mark.parametrize(("height", "trust"), [(155, 0.55), (195, 1.0)])
def test_a_link_below_which_the_frame_ends_is_less_sure(tesseract, height, trust):
    page = print_page(["found at https://keras.io/guides"], size=(1000, height))
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust, link.is_end_seen) == ("https://keras.io/guides", trust, False)


@pytest.mark.parametrize(
    ("below", "url"),
    [
        ("writing/layers.html", "https://keras.io/guides/writing/layers.html"),
        ("guides", "https://keras.io/guides/"),
    ],
)
def test_a_link_is_followed_past_what_stands_close_to_the_right_of_it(tesseract, below, url):
    page = print_page(["https://keras.io/guides/   ruler", below])
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust > 0.9) == (url, True)


def test_a_scheme_alone_in_its_line_goes_on_with_the_www_below(tesseract):
    page = print_page(["a long line of prose, and http://", "www.keras.io/guides stands here"])
    assert len(page.prefixes) == 2
    links = build(page, tesseract).run(page.frame, 1.0).links
    assert [link.url for link in links] == ["http://www.keras.io/guides"]


@pytest.mark.parametrize(("below", "trust"), [("prose stands here", 0.55), ("Prose is", 0.94)])
def test_a_capital_at_the_frames_edge_begins_its_line(tesseract, below, trust):
    page = print_page(["from https://keras.io/guides", below], left=5)
    (link,) = build(page, tesseract).run(page.frame, 1.0).links
    assert (link.url, link.trust) == ("https://keras.io/guides", trust)


def test_a_link_that_breaks_within_its_host_is_joined_or_not_given(tesseract):
    page = print_page(["see the site at https://www.debian", ".org for more of it"])
    assert [link.url for link in build(page, tesseract).run(page.frame, 1.0).links] == [
        "https://www.debian.org"
    ]
    alone = print_page(["see the site at https://www.debian", "and more of it"])
    assert build(alone, tesseract).run(alone.frame, 1.0).links == ()


def test_a_false_prefix_gives_no_link(tesseract):
    page = print_page(PAGE)
    detector = FakeDetector((Prefix("https", 0.6, Box(90, 155, 180, 180)),))
    result = build_on(detector, tesseract).run(page.frame, 1.0)
    assert result.links == ()
    assert result.prefixes == detector.prefixes


def test_a_doubtful_prefix_is_read_by_itself_first():
    page = print_page(PAGE)
    (prefix, *_) = page.prefixes
    doubtful = FakeDetector((replace(prefix, score=0.6),))
    prose, link = Reads("plain prose"), Reads("https://example.org/a")
    assert build_on(doubtful, prose).run(page.frame, 1.0).links == ()
    assert [is_short(strip) for strip in prose.strips] == [True]
    assert len(build_on(doubtful, link).run(page.frame, 1.0).links) == 1
    # The last one is what stands before the link.
    first, *others, before = [is_short(strip) for strip in link.strips]
    assert (first, before) == (True, True)
    assert others
    assert not any(others)


def is_short(strip):
    height, width = strip.pixels.shape
    return width < 4 * height


def test_below_a_doubtful_line_nothing_is_looked_for():
    page = print_page(PAGE)
    reader = Reads("https://example.nowhere/")
    assert build(page, reader, min_confidence=0.8).run(page.frame, 1.0).links == ()
    looked = len(reader.strips)
    build(page, reader, min_confidence=0.8).run(page.frame, 1.0, lambda _, read: read())
    assert len(reader.strips) > 2 * looked


def test_without_a_prefix_nothing_is_read():
    recognizer = FakeRecognizer()
    detector = FakeDetector(())
    pipeline = build_on(detector, recognizer)
    result = pipeline.run(Frame(np.zeros((50, 80, 3), np.uint8)), 2.5)
    assert recognizer.strips == []
    assert (result.width, result.height, result.links) == (80, 50, ())
    assert (result.model_name, result.model_version) == ("fake", 7)
    assert result.timings.recognize_ms == 0
    assert result.timings.total_ms >= result.timings.detect_ms + 2.5


def test_what_is_no_link_prefix_is_not_read():
    recognizer = FakeRecognizer()
    stamp = Prefix("stamp", 0.9, Box(10, 10, 60, 30))
    pipeline = build_on(FakeDetector((stamp,)), recognizer)
    result = pipeline.run(Frame(np.zeros((50, 80, 3), np.uint8)), 0.0)
    assert recognizer.strips == []
    assert (result.links, result.prefixes) == ((), (stamp,))


def test_the_same_link_seen_twice_is_given_once():
    page = print_page(["https://www.debian.org/a"])
    _, top, right, bottom = page.prefixes[0].box
    twice = (Prefix("www", 0.95, Box(right, top, right + 55, bottom)), *page.prefixes)
    recognizer = Reads("https://www.debian.org/a")
    pipeline = build_on(FakeDetector(twice), recognizer)
    (link,) = pipeline.run(page.frame, 1.0).links
    assert link.prefix == page.prefixes[0]
    # The third is what stands before it.
    assert len(recognizer.strips) == 3


def test_a_reader_that_fails_costs_its_link_only():
    page = print_page(["https://example.org/a", "https://example.org/b"])
    upper = page.prefixes[0].box

    class FailsOnce(Reads):
        def read(self, strip):
            if min(point.y for point in strip.polygon) < upper.bottom:
                raise RecognizeTimeoutError("too slow")
            return super().read(strip)

    pipeline = build(page, FailsOnce("https://example.org/b"))
    assert [link.url for link in pipeline.run(page.frame, 1.0).links] == ["https://example.org/b"]


def test_a_doubtful_link_is_not_given():
    page = print_page(["https://example.org/a"])
    doubtful = Reads("https://example.nowhere/a")
    assert build(page, doubtful, min_confidence=0.6).run(page.frame, 1.0).links == ()
    assert build(page, doubtful, min_confidence=0.1).run(page.frame, 1.0).links[0].confidence < 0.6


def test_each_stage_is_told_once_a_frame():
    page, told = print_page(PAGE), []
    pipeline = Pipeline(
        FakeDetector(page.prefixes),
        open_reader(Reads("https://example.org/a")),
        expand=ExpandSettings(),
        url=UrlSettings(),
        on_stage=lambda stage, seconds: told.append((stage, seconds > 0)),
    )
    pipeline.run(page.frame, 1.0)
    assert told == [("detect", True), ("expand", True), ("recognize", True)]


def test_a_failing_detector_fails_the_frame():
    class Failing(FakeDetector):
        def detect(self, frame):
            raise DetectError("no model")

    pipeline = build_on(Failing(), FakeRecognizer())
    with pytest.raises(DetectError):
        pipeline.run(Frame(np.zeros((50, 80, 3), np.uint8)), 1.0)


def test_two_prefixes_on_one_place_give_one_link():
    page = print_page(["https://www.debian.org/a"])
    left, top, right, bottom = page.prefixes[0].box
    shifted = Prefix("http", 0.7, Box(left + 2, top - 1, right - 9, bottom))
    detector = FakeDetector((shifted, *page.prefixes))
    recognizer = Reads("https://www.debian.org/a")
    pipeline = build_on(detector, recognizer)
    assert len(pipeline.run(page.frame, 1.0).links) == 1


def test_whoever_knows_a_link_spares_its_reading():
    page = print_page(["https://example.org/a"])
    recognizer = Reads("https://example.org/a")
    known = replace(LINK, prefix=page.prefixes[0])
    result = build(page, recognizer).run(page.frame, 1.0, lambda prefix, read: known)
    assert (result.links, recognizer.strips) == ((known,), [])


def test_a_doubtful_reading_is_shown_to_whoever_follows_links_before_it_is_judged():
    page, seen = print_page(["https://example.org/a"]), []

    def follow(prefix, read):
        seen.append(read())
        return replace(seen[-1], confidence=0.9)

    pipeline = build(page, Reads("https://example.nowhere/a"), min_confidence=0.8)
    (link,) = pipeline.run(page.frame, 1.0, follow).links
    assert seen[0].confidence < 0.8 < link.confidence


@pytest.mark.parametrize("off", [-0.01, 0.004, 0.01])
def test_boxes_that_two_machines_differ_in_are_read_from_the_same_pixels(off):
    page = print_page([LINK.url], tilt_deg=4)
    prefix = replace(page.prefixes[0], box=Box(90.1, 118.6, 161.9, 146.2))
    moved = replace(prefix, box=Box(*(side + off for side in prefix.box)))
    strips = [strip_of(page.frame, one) for one in (prefix, moved)]
    assert np.array_equal(*strips)


def strip_of(frame, prefix):
    recognizer = Reads(LINK.url)
    build_on(FakeDetector((prefix,)), recognizer).run(frame, 0.0)
    return recognizer.strips[0].pixels


def test_a_prefix_too_small_for_any_print_is_no_link():
    page = print_page([LINK.url])
    dot = replace(page.prefixes[0], box=Box(90.1, 118.1, 90.2, 118.2))
    assert build_on(FakeDetector((dot,)), Reads(LINK.url)).run(page.frame, 0.0).links == ()
