"""The annotated frame shows outlines and URLs, and leaves the rest as it was."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from service.draw import encode_annotated
from service.records import Box, Frame, FrameResult, Point, Timings
from tests.service.fakes import LINK


def annotate(links, width=800, height=600):
    frame = Frame(np.full((height, width, 3), 255, np.uint8))
    timings = Timings(0.0, 0.0, 0.0, 0.0)
    encoded = encode_annotated(frame, FrameResult(width, height, tuple(links), timings))
    with Image.open(io.BytesIO(encoded)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def link_at(left, top, right, bottom, **changes):
    corners = (Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom))
    changes = {"lines": (), "polygon": corners, **changes}
    return replace(LINK, box=Box(left, top, right, bottom), **changes)


def is_blue(pixel):
    red, _, blue = pixel
    return blue - red > 100


def test_without_links_the_frame_stays_as_it_is():
    assert annotate([]).min() >= 250


def test_a_link_is_outlined_and_left_readable_inside():
    pixels = annotate([link_at(100, 300, 500, 330)])
    assert is_blue(pixels[300, 300])
    assert is_blue(pixels[330, 300])
    assert is_blue(pixels[315, 100])
    assert pixels[315, 300].min() > 240


def test_the_label_stands_above_the_link_or_below_where_there_is_no_room():
    above, below = annotate([link_at(100, 300, 500, 330)]), annotate([link_at(100, 2, 500, 32)])
    assert above[260:298, 100:300].min() < 80
    assert above[340:380, 100:300].min() > 240
    assert below[36:70, 100:300].min() < 80


@pytest.mark.parametrize("size", [(60, 40), (320, 240), (3000, 4000)])
@pytest.mark.parametrize(
    "url", ["https://t.co", "https://example.org/" + "long/" * 60, "http://bücher.de/"]
)
def test_any_label_is_drawn_inside_any_frame(size, url):
    width, height = size
    pixels = annotate([link_at(width - 10, height - 10, width, height, url=url)], width, height)
    assert pixels.shape == (height, width, 3)
    assert pixels.min() < 120


def test_each_printed_line_of_a_wrapped_link_is_outlined():
    second = link_at(50, 340, 200, 370).polygon
    first = link_at(100, 300, 500, 330)
    lines = (replace(LINK.lines[0], polygon=first.polygon), replace(LINK.lines[0], polygon=second))
    pixels = annotate([replace(first, lines=lines)])
    assert is_blue(pixels[300, 300])
    assert is_blue(pixels[370, 120])
