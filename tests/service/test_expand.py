import numpy as np
import pytest

from service.expand import Expander, Page, measure_room
from service.next_line import find_next_line
from service.records import Box, Frame, Prefix
from service.settings import ExpandSettings
from tests.service.printed import LINE_HEIGHT, print_columns, print_page

LINK = "https://example.org/one"


def expand(page, **settings):
    expander = Expander(ExpandSettings(**settings))
    return expander.expand_prefix(Page(page.frame), page.prefixes[0])


def is_dark_on_light(pixels):
    return np.median(pixels) > 220 and pixels.min() < 40


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_strip_is_dark_on_light_as_high_as_asked(is_dark):
    strip = expand(print_page([LINK], is_dark=is_dark), strip_height_px=40).strip
    assert strip.pixels.shape[0] == 40
    assert is_dark_on_light(strip.pixels)


@pytest.mark.parametrize(
    "camera", [{}, {"tilt_deg": 13}, {"tilt_deg": -9}, {"bend_px": 35}, {"is_dark": True}]
)
def test_the_strip_is_tight_around_the_line(camera):
    line = expand(print_page(["a line above it", LINK, "a line below it"], **camera))
    rows = (line.strip.pixels < 128).sum(axis=1)
    body = rows[len(rows) // 4 : -len(rows) // 4]
    assert body.min() > rows[:2].max()
    assert line.outline(0, 10)[0].y > line.outline(0, 10)[-1].y - 1.4 * LINE_HEIGHT


def test_the_strip_starts_at_the_prefix_and_ends_with_the_ink():
    page = print_page([LINK])
    line = expand(page)
    frame_box = Box.around(line.strip.polygon)
    assert frame_box.left == pytest.approx(page.prefixes[0].box.left, abs=6)
    columns = np.flatnonzero((line.strip.pixels < 128).any(axis=0))
    assert columns[0] < 12
    assert line.strip.pixels.shape[1] - columns[-1] < 12


def test_a_gap_wider_than_a_word_space_ends_the_strip():
    wide = expand(print_page([f"{LINK}     another"]))
    alone = expand(print_page([LINK]))
    assert wide.strip.pixels.shape[1] == pytest.approx(alone.strip.pixels.shape[1], abs=6)
    assert not wide.is_line_end
    assert alone.is_line_end


@pytest.mark.parametrize("above_px", [1, 3])
def test_a_rule_close_above_a_line_does_not_draw_it_up(above_px):
    page = print_page([LINK])
    y = round(page.prefixes[0].box.top) - above_px
    page.frame.pixels[y - 1 : y + 1] = 40
    line = expand(page)
    assert np.abs(line.course.across).max() < LINE_HEIGHT / 3
    alone = expand(print_page([LINK])).reach[1]
    assert line.reach[1] == pytest.approx(alone, abs=LINE_HEIGHT)


def test_ink_that_runs_out_of_the_frame_is_cut():
    page = print_page([LINK + "/two/three/four/five"], size=(420, 300))
    assert expand(page).is_cut
    assert not expand(print_page([LINK])).is_cut


@pytest.mark.parametrize("width", range(400, 421))
def test_a_line_that_leaves_the_frame_between_two_letters_is_cut_too(width):
    assert expand(print_page([LINK + "/two/three/four/five"], size=(width, 300))).is_cut


def test_a_line_that_ends_a_word_space_before_the_frame_is_whole():
    page = print_page([LINK])
    right = Box.around(expand(page).strip.polygon).right
    near = print_page([LINK], size=(round(right + LINE_HEIGHT), 300))
    assert not expand(near).is_cut


def test_the_line_below_starts_at_the_left_end_of_its_own_ink():
    page = print_page(["prose and then " + LINK, "next line of the page"])
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    below = expander.expand_below(expander.find_below(line))
    box = Box.around(below.strip.polygon)
    assert box.left == pytest.approx(90, abs=12)
    assert box.top == pytest.approx(Box.around(line.strip.polygon).top + 36, abs=8)


PROSE = [
    "some words of prose which",
    "are spread over all the width",
    "that their columns have",
] * 4
IN_COLUMNS = [*PROSE[:4], f"go to {LINK}", "two/three.html in the text", *PROSE[6:]]


def follow(page):
    expander = Expander(ExpandSettings())
    return expander, expander.expand_prefix(Page(page.frame), page.prefixes[0])


@pytest.mark.parametrize("camera", [{}, {"tilt_deg": 6}, {"is_dark": True}])
def test_the_line_below_is_that_of_the_same_column(camera):
    page = print_columns([PROSE, IN_COLUMNS], lefts=[60, 475], width=395, **camera)
    expander, line = follow(page)
    straight = print_columns([PROSE, IN_COLUMNS], lefts=[60, 475], width=395)
    start = expander.find_below(line).course.start
    back = (line.course.start.x - start.x) / np.cos(start.angle)
    assert back == pytest.approx(straight.prefixes[0].box.left - 475, abs=0.8 * LINE_HEIGHT)


@pytest.mark.parametrize("left", [469, 475, 481, 487])
def test_the_line_below_is_found_from_its_first_letter_on(left):
    page = print_columns([PROSE, IN_COLUMNS], lefts=[60, left], width=395)
    expander, line = follow(page)
    below = expander.find_below(line)
    assert Box.around(below.strip.polygon).left == pytest.approx(left, abs=0.3 * LINE_HEIGHT)


@pytest.mark.parametrize("gutter_px", [20, 26, 60])
def test_a_gutter_ends_the_line_however_narrow_it_is(gutter_px):
    page = print_columns([IN_COLUMNS, PROSE], lefts=[60, 455 + gutter_px], width=395)
    expander, line = follow(page)
    assert line.is_line_end is (gutter_px > 40)
    assert expander.is_at_end(line)


def test_a_word_space_does_not_end_the_line_however_wide_it_is():
    lines = [*PROSE[:4], f"{LINK} so", *PROSE[5:]]
    expander, line = follow(print_columns([lines], lefts=[60], width=345))
    assert line.is_line_end
    assert not expander.is_at_end(line)


def test_centred_lines_go_on_below_their_middle():
    page = print_page([LINK, " " * 24 + "two.html"])
    expander, line = follow(page)
    assert expander.find_below(line).course.start.x < 90 + 24 * LINE_HEIGHT


def test_what_starts_behind_the_lines_end_is_not_below_it():
    page = print_page([LINK, " " * 90 + "two.html"])
    expander, line = follow(page)
    assert expander.find_below(line) is None


@pytest.mark.parametrize("off_px", [0.2, 0.4, 0.9])
def test_the_line_below_is_cut_alike_wherever_it_is_thought_to_begin(monkeypatch, off_px):
    expander, line = follow(print_page([LINK, "two.html and more"]))
    found = find_next_line(line.grey, line.course, stop_gap_ratio=1.2)
    strips = []
    for x in (found.x, found.x - off_px):
        start = found._replace(x=x)
        monkeypatch.setattr("service.expand.find_next_line", lambda *_, _start=start, **__: _start)
        strips.append(expander.find_below(line).strip.pixels[:, :200].astype(int))
    # A fifth of a pixel makes 8 to 14 grey levels where columns follow the start.
    assert abs(strips[0] - strips[1]).mean() < 1.5


def test_of_the_line_below_only_the_first_words_are_cut_at_first():
    page = print_page([LINK, "a line of prose that is as long as the page is wide"])
    expander = Expander(ExpandSettings())
    first_words = expander.find_below(expander.expand_prefix(Page(page.frame), page.prefixes[0]))
    whole = expander.expand_below(first_words)
    assert whole.strip.pixels.shape[1] > 1.5 * first_words.strip.pixels.shape[1]


# A hairline some way before the column is taken for the line's first ink.
@pytest.mark.parametrize(("x", "width"), [(74, 3), (70, 1), (72, 2)])
def test_a_rule_beside_the_column_is_not_the_next_lines_text(x, width):
    page = print_page(["prose and then " + LINK, "next line of the page"])
    pixels = page.frame.pixels.copy()
    pixels[100:230, x : x + width] = 30
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(Frame(pixels)), page.prefixes[0])
    below = expander.expand_below(expander.find_below(line))
    box = Box.around(below.strip.polygon)
    assert box.left == pytest.approx(90, abs=12)
    assert box.width > 150


def test_the_last_line_has_none_below():
    page = print_page([LINK])
    expander = Expander(ExpandSettings())
    assert expander.find_below(expander.expand_prefix(Page(page.frame), page.prefixes[0])) is None


def test_the_frame_ends_below_its_last_line():
    page = print_page([LINK], size=(1000, 160))
    expander = Expander(ExpandSettings())
    assert expander.find_below(expander.expand_prefix(Page(page.frame), page.prefixes[0])) is None


def test_a_page_may_hold_dark_and_light_print():
    pixels = np.full((100, 200, 3), 240, np.uint8)
    pixels[:, 100:] = 20
    pixels[40:60, 20:24] = 20
    pixels[40:60, 150:154] = 240
    page = Page(Frame(pixels))
    assert page.grey_around(Box(10, 35, 60, 65))[0, 0] == 240
    assert page.grey_around(Box(140, 35, 190, 65))[0, 199] == 235


def test_blank_paper_yields_a_strip_and_no_error():
    frame = Frame(np.full((200, 300, 3), 230, np.uint8))
    prefix = Prefix("https", 0.5, Box(100, 90, 180, 115))
    strip = Expander(ExpandSettings()).expand_prefix(Page(frame), prefix).strip
    assert strip.pixels.shape[0] == ExpandSettings().strip_height_px


@pytest.mark.parametrize("camera", [{}, {"tilt_deg": 6}])
def test_how_much_further_a_line_goes_is_known_to_a_step(camera):
    page = print_page([LINK, "w" * 10, "w" * 40], **camera)
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    shorter = expander.expand_below(expander.find_below(line))
    longer = expander.expand_below(expander.find_below(shorter))
    assert measure_room(line, shorter) < 0
    assert measure_room(line, longer) > 8
    assert measure_room(shorter, longer) > measure_room(line, longer)


def test_a_line_goes_on_past_the_gap_that_ends_it():
    page = print_page([LINK, "ruler     another     word"])
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    below = expander.expand_below(expander.find_below(line))
    further = expander.expand_past(below)
    assert further.reach[1] > below.next_ink + 2 * LINE_HEIGHT
    assert further.reach[0] == pytest.approx(below.reach[0], abs=1)
    assert expander.expand_past(line) is None


def test_what_stands_before_a_place_on_a_line_is_cut_out_up_to_there():
    page = print_page(["a guide: " + LINK])
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(page.frame), page.prefixes[0])
    before = expander.expand_before(line, 0.0)
    assert before.reach == pytest.approx((-7 * line.course.start.height, 0.0), abs=3)
    assert (before.strip.pixels < 128).any()
    assert Box.around(before.strip.polygon).right < page.prefixes[0].box.left + 3
