"""Cutouts: laid back to where they were, on a page that goes on as they do."""

import json

import numpy as np
import pytest
from PIL import Image

from service.cutouts import CutPage, read_layout
from service.errors import (
    FrameTooLargeError,
    FrameTooSmallError,
    FrameUnreadableError,
    ValidationFailedError,
)
from service.ink import grey_of
from service.pipeline import Pipeline
from service.recognize import create_recognizer
from service.records import Box, Prefix
from service.settings import (
    DecodeSettings,
    DetectSettings,
    ExpandSettings,
    RecognizeSettings,
    UrlSettings,
)
from service.sketch import sketch_of
from tests.service.fakes import FakeDetector
from tests.service.pictures import encode
from tests.service.printed import print_page
from tests.service.test_pipeline import open_reader

FRAME = {"width": 200, "height": 100}
CUTOUT = {"box": [0, 0, 64, 32], "to": [100, 48]}
PREFIX = {"label": "https", "score": 0.9, "box": [100, 50, 140, 64]}


def describe(**changes):
    return json.dumps({"frame": FRAME, "cutouts": [CUTOUT], "prefixes": [PREFIX]} | changes)


def read(text, **limits):
    return read_layout(text, decode=DecodeSettings(**limits), max_prefixes=3)


def lay_out(picture, **changes):
    page = CutPage(read(describe(**changes)), encode(Image.fromarray(picture), "PNG"))
    return page.lay_out(DecodeSettings()).pixels


def make_picture(level, width=64, height=32):
    return np.full((height, width, 3), level, np.uint8)


def test_a_cutout_lies_where_it_was():
    picture = make_picture(200)
    picture[5:9, 7:20] = (10, 20, 30)
    page = lay_out(picture)
    assert page.shape == (100, 200)
    np.testing.assert_array_equal(page[48:80, 100:164], grey_of(picture))


def test_the_paper_goes_on_beside_a_cutout_and_its_print_does_not():
    picture = make_picture(180)
    picture[:, 20:24] = 10
    page = lay_out(picture)
    outside = np.ones((100, 200), bool)
    outside[48:80, 100:164] = False
    assert np.abs(page[outside].astype(int) - 180).max() <= 1


def test_without_cutouts_the_page_is_white():
    page = lay_out(make_picture(0), cutouts=[], prefixes=[])
    assert (page == 255).all()


def sketch(coarse):
    return CutPage(
        read(describe()),
        encode(Image.fromarray(make_picture(200)), "PNG"),
        encode(Image.fromarray(coarse), "PNG"),
    )


def test_a_sketch_covers_the_frame_but_for_the_cutouts():
    coarse = np.zeros((20, 40), np.uint8)
    page = sketch(coarse).lay_out(DecodeSettings()).pixels
    ink = sketch_of(page)
    assert not ink[48:80, 100:164].any()
    assert ink.sum() == ink.size - 64 * 32
    assert np.abs(page.astype(int) - 200).max() <= 1


def test_without_a_sketch_no_ink_is_known_of():
    known = sketch_of(lay_out(make_picture(200)))
    assert known is not None
    assert not known.any()


@pytest.mark.parametrize("size", [(101, 40), (20, 201)])
def test_a_sketch_larger_than_the_frame_is_refused(size):
    with pytest.raises(ValidationFailedError, match="no larger than the frame"):
        sketch(np.zeros(size, np.uint8)).lay_out(DecodeSettings())


def test_a_sketch_has_the_limits_of_a_picture():
    with pytest.raises(FrameTooSmallError):
        sketch(np.zeros((8, 40), np.uint8)).lay_out(DecodeSettings())
    with pytest.raises(FrameTooLargeError):
        sketch(np.zeros((500, 500), np.uint8)).lay_out(DecodeSettings(max_pixels=200_000))


def test_prefixes_are_those_that_the_service_would_have_let_pass_best_first():
    prefixes = [{**PREFIX, "score": score} for score in (0.6, 0.4, 0.9)]
    page = CutPage(read(describe(prefixes=prefixes)), b"")
    found = page.find_prefixes(DetectSettings(min_score=0.5))
    assert found == tuple(Prefix("https", score, Box(100, 50, 140, 64)) for score in (0.9, 0.6))


def box_of(*sides):
    return {"prefixes": [{**PREFIX, "box": list(sides)}]}


@pytest.mark.parametrize(
    "changes",
    [
        box_of(100, 50, 140, 52),
        box_of(140, 50, 100, 64),
        box_of(0, 50, 200, 55),
        box_of(-1, 50, 40, 64),
        box_of(100, 50, 201, 64),
        box_of(float("nan"), 50, 140, 64),
        box_of(0, 50, float("inf"), 64),
        {"prefixes": [PREFIX] * 4},
        {"prefixes": [{**PREFIX, "score": 1.5}]},
        {"prefixes": [{**PREFIX, "label": ""}]},
        {"prefixes": [{**PREFIX, "other": 1}]},
        {"cutouts": [{**CUTOUT, "box": [0, 0, 0, 32]}]},
        {"cutouts": [{**CUTOUT, "box": [-1, 0, 63, 32]}]},
        {"cutouts": [{**CUTOUT, "to": [150, 48]}]},
        {"cutouts": [{**CUTOUT, "to": [-1, 48]}]},
        {"cutouts": [{"box": [0, 0, 200, 100], "to": [0, 0]}] * 2},
        {"cutouts": [CUTOUT] * 1001},
        {"frame": {"width": 0, "height": 100}},
        {"frame": {"width": 200, "height": 1e9}},
    ],
)
def test_a_layout_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationFailedError):
        read(describe(**changes))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"frame": 1}', "[" * 5000])
def test_what_is_no_layout_is_refused(text):
    with pytest.raises(ValidationFailedError):
        read(text)


def test_a_frame_has_the_limits_of_a_picture():
    with pytest.raises(FrameTooLargeError):
        read(describe(), max_pixels=19_999)
    with pytest.raises(FrameTooSmallError):
        read(describe(), min_side_px=101)


def test_a_cutout_beyond_the_picture_is_refused():
    with pytest.raises(ValidationFailedError, match="inside the picture"):
        lay_out(make_picture(200, width=48))


def test_a_broken_picture_is_refused():
    page = CutPage(read(describe()), encode(Image.fromarray(make_picture(200)), "PNG")[:-20])
    with pytest.raises(FrameUnreadableError):
        page.lay_out(DecodeSettings())


def test_a_link_is_read_off_its_cutouts_as_off_the_whole_page():
    page = print_page(["See https://keras.io/guides/", "layers.html for more of it."])
    (prefix,) = page.prefixes
    height, width = page.frame.pixels.shape[:2]
    top, bottom = int(prefix.box.top) - 20, min(height, int(prefix.box.bottom) + 70)
    cutout = {"box": [0, 0, width, bottom - top], "to": [0, top]}
    sent = {"label": prefix.label, "score": prefix.score, "box": list(prefix.box)}
    layout = {
        "frame": {"width": width, "height": height},
        "cutouts": [cutout],
        "prefixes": [sent],
    }
    cut = CutPage(
        read(json.dumps(layout)), encode(Image.fromarray(page.frame.pixels[top:bottom]), "PNG")
    )
    detector = FakeDetector(())
    pipeline = Pipeline(
        detector,
        open_reader(create_recognizer(RecognizeSettings())),
        expand=ExpandSettings(),
        url=UrlSettings(),
    )
    frame, prefixes = cut.lay_out(DecodeSettings()), cut.find_prefixes(DetectSettings())
    found = pipeline.run(frame, 1.0, prefixes=prefixes)
    assert [link.url for link in found.links] == ["https://keras.io/guides/layers.html"]
    assert (detector.frames, found.timings.detect_ms) == ([], 0.0)
