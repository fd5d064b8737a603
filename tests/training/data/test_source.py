import pickle
import subprocess
import sys

import numpy as np
import pytest

from tests.training.data.samples import draw_picture
from training.anchors import AnchorLevel, image_anchors
from training.data.dataset import DataSet, DataSetError, LabelledBox, LabelledImage
from training.data.record_writer import RecordPlan, write_record_set
from training.data.source import RecordSource, anchor_sides
from training.feed import encode_example


@pytest.fixture
def records(tmp_path):
    """Pictures of 120x90 whose dark corner of 40x30 is the box, and one far smaller box."""
    boxes = (LabelledBox("corner", (0, 0, 30, 40)), LabelledBox("speck", (80, 110, 83, 113)))
    images = tuple(
        LabelledImage(
            f"{k}.png", draw_picture(tmp_path / f"{k}.png", (120, 90), shade=90 + k), 120, 90, boxes
        )
        for k in range(4)
    )
    data = DataSet(images, {1: "corner", 2: "speck"})
    plan = RecordPlan({"train": 0.75, "test": 0.25}, shards=2)
    write_record_set(data, tmp_path / "records", plan, source=tmp_path / "none")
    return tmp_path / "records"


def same(first, second) -> bool:
    return bool((first.image == second.image).all() and np.array_equal(first.boxes, second.boxes))


def test_an_example_is_a_crop_with_its_boxes_at_their_place(records):
    source, rng = RecordSource(records, 64, sides=(10, 40)), np.random.default_rng(1)
    found = 0
    for _ in range(60):
        example = source.sample(rng)
        assert example.image.shape == (64, 64, 3)
        for box, label in zip(example.boxes, example.classes, strict=True):
            if label == 1:
                top, left, bottom, right = (box * 64).round().astype(int)
                inside = example.image[top + 1 : bottom - 1, left + 1 : right - 1]
                assert (inside < 60).all()
                found += 1
    assert found > 20


def test_boxes_come_in_the_sizes_that_are_asked_for(records):
    source = RecordSource(records, 64, sides=(12, 20), background_share=0)
    rng = np.random.default_rng(2)
    sides = []
    for _ in range(100):
        example = source.sample(rng)
        counted = example.boxes[(example.classes == 1) & ~example.ignored] * 64
        sides += list(np.sqrt((counted[:, 2:] - counted[:, :2]).prod(axis=1)))
    # A crop has little padding, which keeps them from 12; around the speck they come larger.
    assert min(sides) == pytest.approx(64 / (1.15 * 120) * np.sqrt(30 * 40), abs=0.5)
    assert np.median(sides) < 20


def test_the_same_random_numbers_make_the_same_examples(records):
    source = RecordSource(records, 64)
    copy = pickle.loads(pickle.dumps(source))
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    assert all(same(source.sample(first), copy.sample(second)) for _ in range(5))


def test_a_source_travels_light(records):
    source = RecordSource(records, 64)
    before = len(pickle.dumps(source))
    source.sample(np.random.default_rng(1))
    assert source.label_map == {1: "corner", 2: "speck"}
    assert len(pickle.dumps(source)) == before


def test_the_cache_changes_nothing_but_the_time(records):
    cached, plain = RecordSource(records, 64), RecordSource(records, 64, cache_mib=0)
    first, second = np.random.default_rng(4), np.random.default_rng(4)
    assert all(same(cached.sample(first), plain.sample(second)) for _ in range(8))
    assert cached.load(0) is cached.load(0)
    assert plain.load(0) is not plain.load(0)


def test_whole_pictures_are_letterboxed(records):
    source = RecordSource(records, 60, split="test", whole_share=1.0)
    example = source.sample(np.random.default_rng(5))
    corner = example.boxes[0]
    np.testing.assert_allclose(corner, np.array([15, 0, 45, 40]) / 120)
    # Of 1.5 pixels nothing can be learnt.
    assert example.ignored.tolist() == [False, True]


def test_a_missing_split_is_refused(records):
    with pytest.raises(DataSetError, match=r"expected records of val"):
        RecordSource(records, 64, split="val").sample(np.random.default_rng(1))


def test_it_feeds_the_trainer(records):
    source, rng = RecordSource(records, 64), np.random.default_rng(1)
    anchors = image_anchors(height=64, width=64)
    targets = np.stack([encode_example(source.sample(rng), anchors) for _ in range(20)])
    assert (targets[..., 0] == 1).any()


def test_the_sides_are_those_of_the_anchors():
    levels = (AnchorLevel(8, (10.0,), (1.0,)), AnchorLevel(16, (20.0, 40.0), (1.0, 4.0)))
    assert anchor_sides(levels) == (10.0, 80.0)


def test_a_worker_needs_no_learning_library():
    code = (
        "import sys, training.data.source;"
        "print({'tensorflow', 'keras', 'torch'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
