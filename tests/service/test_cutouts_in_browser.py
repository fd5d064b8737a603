"""What the page cuts out of a frame arrives as the whole would, and doubt is asked for twice."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from service.cutouts import CutPage, read_layout
from service.decode import decode_frame
from service.expand import Expander, Page
from service.ink import grey_of
from service.records import Point
from service.settings import DecodeSettings, ExpandSettings
from service.shrink import View
from tests.service.browser import PAGE, open_browser, open_tab, write_video
from tests.service.clients import open_server, wait_until_ready
from tests.service.fakes import FakeBuilder
from tests.service.printed import print_columns, print_page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CUT = """
async ([address, boxes]) => {
  const load = (name) => import(address.replace("main.js", name));
  const { drawPicture } = await load("sources.js");
  const { encodeJpeg } = await load("frame.js");
  const { coverBlocks, gatherGrey, packBoxes } = await load("blocks.js");
  const canvas = document.createElement("canvas");
  await drawPicture(await (await fetch("/page.jpg")).blob(), canvas);
  const { width, height } = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const picture = context.getImageData(0, 0, width, height);
  const packed = packBoxes(coverBlocks(boxes, picture));
  const small = document.createElement("canvas");
  Object.assign(small, { width: packed.width, height: packed.height });
  small.getContext("2d").putImageData(gatherGrey(picture, packed), 0, 0);
  const read = async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
  };
  const cutouts = packed.cutouts.map(({ box, to }) => ({
    box: [box.left, box.top, box.right, box.bottom],
    to: [to.left, to.top],
  }));
  const layout = { frame: { width, height }, cutouts, prefixes: [] };
  return [await read(await encodeJpeg(canvas)), await read(await encodeJpeg(small)), layout];
}
"""
JOIN = """
async ([address, prefixes, first, second, plans]) => {
  const doubt = await import(address.replace("main.js", "doubt.js"));
  const urls = (links) => links.map(({ url }) => url);
  const doubtful = doubt.listDoubtful(prefixes, first, plans);
  const again = doubtful.map(({ number }) => prefixes[number]);
  const more = doubt.listCoveredShort(doubtful, prefixes, second);
  return [doubtful, urls(doubt.joinLinks(first.filter(doubt.isSure), second, again)), more];
}
"""
PLAN = """
async ([address, levels, width, height, box]) => {
  const { planCutouts } = await import(address.replace("main.js", "cutouts.js"));
  const data = Uint8ClampedArray.from(atob(levels), (byte) => byte.charCodeAt(0));
  return planCutouts({ data, width, height }, [box])[0];
}
"""
TAKE = """
async ([address, plan, lines]) => {
  const { takeWhole } = await import(address.replace("main.js", "cutouts.js"));
  return takeWhole(plan, lines);
}
"""
SKETCH = """
async ([address, levels, width, height, arounds]) => {
  const { sketchInk } = await import(address.replace("main.js", "sketch.js"));
  const picture = new ImageData(width, height);
  [...atob(levels)].forEach((byte, pixel) => {
    const level = byte.charCodeAt(0);
    picture.data.set([level, level, level, 255], 4 * pixel);
  });
  const sketch = sketchInk(picture, arounds);
  return sketch && [sketch.width, sketch.height, [...sketch.data].filter((_, at) => at % 4 === 0)];
}
"""
ENCODE = """
async ([address, name, levels, width, height]) => {
  const { [name]: encode } = await import(address.replace("main.js", "frame.js"));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  levels.forEach((level, pixel) => picture.data.set([level, level, level, 255], 4 * pixel));
  canvas.getContext("2d").putImageData(picture, 0, 0);
  const bytes = new Uint8Array(await (await encode(canvas)).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}
"""
SHRINK = """
async ([address, width, height, longest]) => {
  const { shrinkPicture } = await import(address.replace("main.js", "shrink.js"));
  const picture = new ImageData(width, height);
  picture.data.forEach((_, at) => { picture.data[at] = at % 4 === 3 ? 255 : (at * 7919) % 251; });
  const small = shrinkPicture(picture, longest);
  return [small.width, small.height, [...small.data]];
}
"""
# Two of them overlap, and one goes beyond the frame.
BOXES = [(101, 200, 420, 233), (300, 215, 700, 260), (900, 1300, 2000, 1500)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return a tab that shows the page, and the address of its main module."""
    blank = np.full((720, 540, 3), 255, np.uint8)
    video = write_video(tmp_path_factory.mktemp("camera") / "page.y4m", [blank] * 2)
    with (
        open_server(build=FakeBuilder()) as server,
        open_browser(video) as browser,
        open_tab(browser, camera=False) as tab,
    ):
        wait_until_ready(server)
        tab.route("**/page.jpg", lambda route: route.fulfill(path=PAGE))
        tab.goto(str(server.base_url))
        yield tab, tab.locator("script[type=module]").evaluate("script => script.src")


def test_cutouts_arrive_as_the_luma_of_the_whole_frame(page):
    tab, address = page
    sides = ("left", "top", "right", "bottom")
    boxes = [dict(zip(sides, box, strict=True)) for box in BOXES]
    *pictures, layout = tab.evaluate(CUT, [address, boxes])
    whole, picture = map(base64.b64decode, pictures)
    laid, is_known = lay_out(picture, layout)
    luma = decode_frame(whole, DecodeSettings()).pixels
    for left, top, right, bottom in BOXES:
        assert is_known[top:bottom, left:right].all()
    assert np.array_equal(laid[is_known], luma[is_known])


@pytest.mark.parametrize("size", [(60, 90), (131, 77), (200, 300), (500, 123)])
def test_the_detector_here_sees_what_that_of_the_service_sees(page, size):
    tab, address = page
    width, height = size
    across, down, levels = tab.evaluate(SHRINK, [address, width, height, 90])
    at = np.arange(4 * width * height, dtype=np.int64).reshape(height, width, 4)
    pixels = (at * 7919 % 251).astype(np.uint8)[..., :3]
    seen = np.array(levels).reshape(down, across, 4)[..., :3]
    if max(size) <= 90:
        assert np.array_equal(seen, pixels)
    else:
        assert np.array_equal(seen[..., 0], View(90, is_grey=True).fit(pixels))


def lay_out(picture, layout):
    read = read_layout(json.dumps(layout), decode=DecodeSettings(), max_prefixes=1)
    is_known = np.zeros((read.frame.height, read.frame.width), bool)
    for one in read.cutouts:
        (left, top), (width, height) = one.to, one.size
        is_known[top : top + height, left : left + width] = True
    return CutPage(read, picture).lay_out(DecodeSettings()).pixels, is_known


def make_link(url, box, confidence=0.96, lines=1):
    """Return a link whose lines are 300 pixels long and 30 apart."""
    left, top, _, bottom = box
    polygons = [
        [[left, top + y], [left + 300, top + y], [left + 300, bottom + y], [left, bottom + y]]
        for y in range(0, 30 * lines, 30)
    ]
    return {
        "url": url,
        "confidence": confidence,
        "prefix": {"box": box},
        "lines": [{"polygon": polygon} for polygon in polygons],
    }


def ask(page, prefixes, first, second=(), *, is_cut=False, link_end=1e9):
    """Return what is asked for again, the URLs of both answers, and what has more lines."""
    tab, address = page
    plans = [{"isCut": is_cut, "linkEnd": link_end} for _ in prefixes]
    boxes = [{"box": box} for box in prefixes]
    return tab.evaluate(JOIN, [address, boxes, first, [*second], plans])


SURE, DOUBTFUL, UNREAD = [40, 10, 90, 30], [20, 100, 70, 120], [500, 200, 550, 220]


def test_what_lies_on_no_sure_link_is_asked_for_again(page):
    inside_sure = [92, 10, 140, 30]
    first = [make_link("sure", SURE), make_link("doubtful", DOUBTFUL, 0.89)]
    prefixes = [SURE, inside_sure, DOUBTFUL, UNREAD]
    assert ask(page, prefixes, first)[0] == [
        {"number": 2, "lines": [{"left": 20, "right": 320}]},
        {"number": 3, "lines": []},
    ]
    assert ask(page, [SURE], first)[0] == []


def test_what_runs_out_of_the_frame_is_asked_for_again_only_if_it_was_read(page):
    assert ask(page, [SURE, UNREAD], [make_link("sure", SURE)], is_cut=True)[0] == [
        {"number": 0, "lines": [{"left": 40, "right": 340}]}
    ]


@pytest.mark.parametrize(("link_end", "asked"), [(345, 0), (335, 1)])
def test_a_link_that_runs_to_the_end_of_what_was_sent_is_asked_for_again(page, link_end, asked):
    doubtful, *_ = ask(page, [SURE], [make_link("sure", SURE)], link_end=link_end)
    assert len(doubtful) == asked


def test_a_sure_link_that_was_asked_for_again_counts_no_more(page):
    first, second = [make_link("short", SURE)], [make_link("long", SURE, 0.8)]
    assert ask(page, [SURE], first, second, link_end=335)[1] == ["long"]
    assert ask(page, [SURE], first, link_end=335)[1] == []


@pytest.mark.parametrize(
    ("seen", "found", "is_short"),
    [(0, 1, False), (0, 2, True), (1, 2, True), (2, 2, False), (2, 3, True), (3, 4, False)],
)
def test_a_link_whose_last_line_was_the_last_one_covered_is_asked_for_again(
    page, seen, found, is_short
):
    first = [make_link("short", DOUBTFUL, 0.6, lines=seen)] if seen else []
    more = ask(page, [DOUBTFUL], first, [make_link("long", DOUBTFUL, lines=found)])[2]
    assert [one["lines"] for one in more] == [[{"left": 20, "right": 320}] * found] * is_short


def test_the_second_answer_replaces_what_was_in_doubt(page):
    first = [make_link("sure", SURE), make_link("doubtful", DOUBTFUL, 0.6)]
    second = [make_link("clear", DOUBTFUL, 0.6), make_link("above", [200, 2, 250, 8], 0.5)]
    assert ask(page, [], first, second)[1] == ["above", "sure", "clear"]


def test_a_link_that_starts_on_another_is_dropped(page):
    start = [200, 102, 250, 118]
    assert ask(page, [], [make_link("part", start)], [make_link("all", DOUBTFUL)])[1] == ["all"]


def plan(page, lines, **camera):
    """Return what is planned for the first prefix of a printed page, and that page."""
    tab, address = page
    printed = print_page(lines, **camera)
    frame = printed.frame
    levels = base64.b64encode(grey_of(frame.pixels).tobytes()).decode()
    box = printed.prefixes[0].box._asdict()
    return tab.evaluate(PLAN, [address, levels, frame.width, frame.height, box]), printed


def test_a_line_that_runs_out_of_the_frame_is_known_to_be_cut(page):
    long = "https://example.org/one/two/three/four"
    assert plan(page, [long], size=(420, 300))[0]["isCut"]
    assert not plan(page, [long])[0]["isCut"]
    assert not plan(page, ["https://a.org and prose that runs on"], size=(420, 300))[0]["isCut"]


def test_a_link_that_ends_at_the_frames_edge_is_not_settled_by_what_was_sent_first(page):
    line = ["https://example.org/one/two"]
    wide, narrow = plan(page, line)[0], plan(page, line, size=(330, 300))[0]
    assert wide["linkEnd"] > 330
    assert narrow["linkEnd"] == pytest.approx(330 - narrow["height"])


def test_the_line_below_is_covered_from_its_column_on_however_wide_spaces_are(page):
    lines = ["above of many short words here", "justified     text     https://aunt.org/", "next"]
    planned, printed = plan(page, [*lines, "one more line of many short words"])
    left = min(box["left"] for box in planned["whole"]["below"][0])
    assert left < 90 < printed.prefixes[0].box.left


@pytest.mark.parametrize("bend_px", [-60, 60])
def test_the_line_below_is_covered_where_the_paper_bends(page, bend_px):
    lines = ["a line of prose that ends with https://example.org/", "goes/on", "and more prose"]
    planned, printed = plan(page, lines, bend_px=bend_px)
    expander = Expander(ExpandSettings())
    line = expander.expand_prefix(Page(printed.frame), printed.prefixes[0])
    below = expander.find_below(line)
    covered = planned["whole"]["below"][0]
    assert all(any(holds(one, point) for one in covered) for point in below.strip.polygon)


def take(page, planned, *spans):
    """Return the boxes that are sent of a planned line, given its link's lines so far."""
    tab, address = page
    lines = [{"left": left, "right": right} for left, right in spans]
    return tab.evaluate(TAKE, [address, planned, lines])


def take_below(page, planned, printed, *spans):
    """Return those of the boxes that are there for the next lines."""
    prefix = printed.prefixes[0].box
    boxes = take(page, planned, *spans)
    return [one for one in boxes if one["top"] > prefix.top and one["bottom"] > prefix.bottom + 40]


def test_lines_below_are_sent_of_what_may_go_on_there(page):
    gutter = " " * 4
    lines = [f"https://a.org/one/{gutter}another column of prose with its words", "two/three"]
    planned, printed = plan(page, lines)
    left, _, right, _ = printed.prefixes[0].box
    link_right = left + 18 / 8 * (right - left)
    # So many spaces behind it part the link from the words there, or one column from another.
    assert planned["quick"]["below"] == []
    assert take_below(page, planned, printed)
    assert take_below(page, planned, printed, (left, link_right))
    assert not take_below(page, planned, printed, (left, right))


def test_all_that_tells_a_line_s_start_and_slope_is_covered(page):
    planned, printed = plan(page, ["prose and https://example.org/"], tilt_deg=15)
    left, top, right, bottom = printed.prefixes[0].box
    high = 2 * (bottom - top)
    middle = (top + bottom) / 2
    corners = [Point(x, middle + y) for x in (left - high, right + high) for y in (-high, high)]
    assert any(all(holds(box, one) for one in corners) for box in take(page, planned))


def test_of_lines_below_no_more_is_sent_than_the_link_was_seen_to_take(page):
    lines = ["prose that runs over all of the line https://a.org/one/", "two/three", "of it"]
    planned, printed = plan(page, lines)

    def right_end(*spans):
        boxes = take_below(page, planned, printed, *spans)
        return max(box["right"] for box in boxes)

    whole = right_end((600, 800))
    assert right_end() == whole
    height = planned["height"]
    assert right_end((600, 800), (60, 200)) == pytest.approx(200 + 6 * height)
    assert right_end((600, 800), (60, 200)) < whole


def sketch(page, printed, box, *, height=24.0, least=40.0):
    """Return what is sketched in a box of a page: uint8 [rows, columns], dark where it has ink."""
    tab, address = page
    frame = printed.frame
    levels = base64.b64encode(grey_of(frame.pixels).tobytes()).decode()
    sides = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
    around = {"boxes": [sides], "height": height, "least": least}
    sent = tab.evaluate(SKETCH, [address, levels, frame.width, frame.height, [around]])
    return sent and np.array(sent[2], np.uint8).reshape(sent[1], sent[0])


WORDS = ["words of a column", "stand side by side"] * 5


def test_a_sketch_shows_gutters_and_no_rules(page):
    printed = print_columns([WORDS, WORDS], lefts=(100, 500), width=370, is_ruled=True)
    ink = sketch(page, printed, (0, 0, 1000, 640)) < 128
    assert ink.shape == (54, 417)
    assert ink[6:36, round(100 * 0.417) : round(470 * 0.417)].any(axis=0).mean() > 0.6
    assert not ink[6:36, round(474 * 0.417) : round(486 * 0.417)].any()
    assert not ink[40:].any()


def test_the_letters_of_a_word_are_one_in_a_sketch(page):
    text = "a line of prose with words and https://a.org/ and more of them"
    printed = print_page([text])
    ink = sketch(page, printed, (0, 0, *printed.frame.pixels.shape[1::-1])) < 128
    row = ink[ink.sum(axis=1).argmax()]
    starts = np.count_nonzero(row[1:] & ~row[:-1])
    assert len(text.split()) - 3 <= starts <= len(text.split()) + 3


def test_nothing_is_sketched_outside_its_boxes(page):
    printed = print_columns([WORDS, WORDS], lefts=(100, 500), width=370)
    ink = sketch(page, printed, (500, 0, 1000, 300)) < 128
    assert ink[:25, 208:].any()
    assert not ink[26:].any()
    assert not ink[:, :207].any()


def test_a_page_of_few_lines_is_not_sketched(page):
    printed = print_page(["https://a.org/"], size=(300, 200))
    assert sketch(page, printed, (0, 0, 300, 200), height=60.0) is None


@pytest.mark.parametrize("name", ["encodeExactly", "encodeSmall"])
def test_pictures_are_sent_without_a_colour_profile(page, name):
    tab, address = page
    levels = np.full((40, 61), 255, np.uint8)
    levels[8:32, 16:40] = 0
    sent = tab.evaluate(ENCODE, [address, name, levels.ravel().tolist(), 61, 40])
    with Image.open(io.BytesIO(base64.b64decode(sent))) as picture:
        assert (picture.format, picture.info.get("icc_profile")) == ("WEBP", None)
        seen = np.asarray(picture.convert("L"))
    worst = np.abs(seen.astype(int) - levels).max()
    assert worst == 0 if name == "encodeExactly" else worst < 100


def holds(box, point):
    return box["left"] <= point.x <= box["right"] and box["top"] <= point.y <= box["bottom"]
