"""The comparison of readers, on a folder of frames made by hand."""

import json

import numpy as np
import pytest
from PIL import Image

from bench.calibrate import fit_curve, render_curves
from bench.read import Scores, choose_strips, read_strips, render_scores
from bench.strips import cut_strips, list_frames
from service.confidence import Evidence
from service.errors import StartupError
from service.settings import ExpandSettings
from tests.service.printed import print_page
from tests.service.reading import read_line

URLS = ["https://example.org/fig", "www.example.org/two"]


@pytest.fixture
def folder(tmp_path):
    """A frame with two links on one line each, one on two and one that is illegible."""
    page = print_page([f"see {url} there" for url in URLS])
    annotations = [annotate(url, prefix) for url, prefix in zip(URLS, page.prefixes, strict=True)]
    annotations.append(annotations[0] | {"polygons": annotations[0]["polygons"] * 2})
    annotations.append(annotations[0] | {"iscrowd": 1})
    (tmp_path / "images").mkdir()
    Image.fromarray(page.frame.pixels).save(tmp_path / "images" / "a.png")
    coco = {
        "categories": [{"id": 1, "name": "https"}, {"id": 5, "name": "www"}],
        "images": [{"id": 3, "file_name": "a.png"}],
        "annotations": annotations,
    }
    (tmp_path / "annotations.json").write_text(json.dumps(coco))
    return tmp_path


def annotate(url, prefix):
    left, top, right, bottom = prefix.box
    end = left + 12.5 * len(url)
    return {
        "image_id": 3,
        "category_id": 5 if url.startswith("www") else 1,
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 0,
        "x_height": 13.0,
        "url": url,
        "polygons": [[[left, top], [end, top], [end, bottom], [left, bottom]]],
    }


def test_strips_are_cut_from_legible_links_on_one_line(folder):
    strips = list(cut_strips(folder, ExpandSettings()))
    assert [strip.text for strip in strips] == URLS
    assert [strip.url for strip in strips] == [URLS[0], f"https://{URLS[1]}"]
    for strip in strips:
        assert 0 < strip.strip.pixels.shape[1] < strip.tail.pixels.shape[1]
        assert np.array_equal(
            strip.strip.pixels, strip.tail.pixels[:, : strip.strip.pixels.shape[1]]
        )


def test_a_folder_without_truth_says_how_to_make_one(tmp_path):
    with pytest.raises(StartupError, match="printlink-train synth FOLDER --frames"):
        next(list_frames(tmp_path))


def test_every_reader_reads_every_strip(folder):
    strips = list(cut_strips(folder, ExpandSettings()))

    def read(strip, understand):
        line = read_line("https://example.org/ fig", space_px=6)
        return line.text, understand(line)

    scores = read_strips(strips, {"one": read, "none": lambda strip, _: (None, None)})
    assert (scores["one"].as_read, scores["one"].as_url) == ([True, False], [True, False])
    assert (scores["none"].as_read, scores["none"].as_url) == ([], [False, False])
    assert len(scores["one"].ms) == len(strips)


def test_the_strips_come_from_all_over_the_frames():
    assert choose_strips(list(range(10)), 4) == [0, 3, 6, 9]
    with pytest.raises(StartupError, match="no whole link"):
        choose_strips([], 4)


def test_the_table_has_a_line_for_each_reader():
    table = render_scores({"a reader": Scores([True, False], [True, True], [2.0, 4.0])})
    assert table.splitlines()[1].split() == ["a", "reader", "0.500", "1.000", "3.0", "3.0"]


def test_a_curve_rises_through_the_shares_that_were_right():
    cases = [(0.5, False)] * 20 + [(0.65, True)] * 5 + [(0.65, False)] * 5 + [(0.99, True)] * 20
    curve = fit_curve(cases)
    assert curve[0] == (0.0, 0.0)
    assert [sure for sure, _ in curve[1:]] == pytest.approx([0.5, 0.65, 0.99])
    assert [right for _, right in curve[1:]] == pytest.approx([0.045, 0.5, 0.955], abs=0.005)


def test_shares_that_fall_are_pooled():
    cases = [(0.5, True)] * 20 + [(0.65, False)] * 20
    assert fit_curve(cases)[1:] == [pytest.approx((0.575, 0.5))]


def test_too_few_cases_make_no_curve():
    shown = render_curves({Evidence.NETWORK: [(0.9, True)] * 3})
    assert "# NETWORK: 3 links, 3 right" in shown
    assert "Evidence." not in shown
