"""Banks and frames on disk: reproducible, in COCO form, and readable as a source of crops."""

import json
import pickle

import cv2
import numpy as np
import pytest

from training.label_map import LABEL_MAP
from training.synth.render import RenderJob, render_frames, render_pages
from training.synth.samples import render_samples
from training.synth.source import CropSource

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    render_pages(RenderJob(folder, count=3, seed=1, split="train", workers=1, link_rate=0.1))
    return folder


def test_bank_gives_crops_with_boxes_inside_the_picture(bank):
    source = pickle.loads(pickle.dumps(CropSource(bank, 128)))
    rng = np.random.default_rng(1)
    examples = [source.sample(rng) for _ in range(20)]
    assert any(len(example.boxes) for example in examples)
    for example in examples:
        assert example.image.shape == (128, 128, 1)
        assert len(example.boxes) == len(example.classes) == len(example.ignored)
        assert ((example.boxes >= 0) & (example.boxes <= 1)).all()
        assert set(example.classes) <= set(LABEL_MAP)


def test_crops_are_cut_around_look_alikes_too(bank, monkeypatch):
    monkeypatch.setattr("training.synth.source.DECOY_SHARE", 1.0)
    source = CropSource(bank, 128)
    for page in source.pages:
        page.pixels[:] = 255
        for quad in page.decoy_quads:
            left, top = quad.min(axis=0).astype(int)
            right, bottom = quad.max(axis=0).astype(int)
            page.pixels[top:bottom, left:right] = 0
    rng = np.random.default_rng(2)
    crops = [source.sample(rng).image for _ in range(20)]
    has_ink = [np.ptp(crop[16:-16, 16:-16].astype(float)) > 50 for crop in crops]
    assert sum(has_ink) >= 18


def test_missing_bank_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="printlink-train synth"):
        CropSource(tmp_path, 64).sample(np.random.default_rng(0))


def test_frames_are_the_same_whatever_the_number_of_workers(tmp_path):
    jobs = [
        RenderJob(
            tmp_path / str(workers), count=2, seed=3, split="train", workers=workers, link_rate=0.05
        )
        for workers in (1, 2)
    ]
    one, two = (json.loads(render_frames(job).read_text()) for job in jobs)
    assert one == two
    assert [image["id"] for image in one["images"]] == [0, 1]
    for image in one["images"]:
        pixels = cv2.imread(str(tmp_path / "1" / "images" / image["file_name"]))
        assert pixels.shape == (image["height"], image["width"], 3)
    for annotation in one["annotations"]:
        x, y, w, h = annotation["bbox"]
        image = one["images"][annotation["image_id"]]
        assert 0 <= x < x + w <= image["width"] + 0.01
        assert 0 <= y < y + h <= image["height"] + 0.01


def test_the_sample_page_shows_its_links_upright(tmp_path):
    render_samples(tmp_path, numbers=())
    pixels = cv2.imread(str(tmp_path / "page.jpg"))
    assert pixels.shape == (1440, 1080, 3)
    assert pixels.std() > 20
    assert [path.name for path in tmp_path.iterdir()] == ["page.jpg"]
