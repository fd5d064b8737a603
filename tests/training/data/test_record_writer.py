import csv
import json

import pytest

from model_store.label_map import read_label_map
from tests.training.data.samples import draw_picture, make_coco, make_voc
from training.data.dataset import DataSet, DataSetError, LabelledBox, LabelledImage
from training.data.load import load_data_set
from training.data.record_writer import RecordPlan, write_record_set, write_table
from training.data.records import read_records

PLAN = RecordPlan({"train": 0.8, "test": 0.2}, seed=1, shards=3)


@pytest.fixture
def source(tmp_path):
    return make_voc(tmp_path / "source", 10)


def test_a_record_set_is_written_whole(tmp_path, source):
    out = tmp_path / "deep" / "records"
    summary = write_record_set(load_data_set(source), out, PLAN, source=source)
    assert sorted(path.name for path in out.iterdir()) == [
        "label_map.pbtxt",
        "records.json",
        "test",
        "test.csv",
        "test.record-00000-of-00002",
        "test.record-00001-of-00002",
        "train.csv",
        "train.record-00000-of-00003",
        "train.record-00001-of-00003",
        "train.record-00002-of-00003",
    ]
    assert read_label_map(out / "label_map.pbtxt") == {1: "mark", 2: "stamp"}
    assert json.loads((out / "records.json").read_text()) == summary
    assert summary["splits"]["train"]["boxes"] == {"mark": 4, "stamp": 8}
    assert summary["splits"]["test"]["boxes"] == {"mark": 1, "stamp": 2}
    names = {image.name for split in PLAN.shares for image in read_records(out, split)}
    assert names == {f"{k}.jpg" for k in range(10)}


def test_the_same_seed_makes_the_same_bytes(tmp_path, source):
    data = load_data_set(source)
    first, again, other = (
        write_record_set(data, tmp_path / name, RecordPlan(PLAN.shares, seed=seed), source=source)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again
    assert first["splits"]["train"]["sha256"] != other["splits"]["train"]["sha256"]
    name = "train.record-00000-of-00001"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_is_measured_with_is_there_in_coco_form(tmp_path, source):
    data = load_data_set(source)
    write_record_set(data, tmp_path / "out", PLAN, source=source)
    measured = load_data_set(tmp_path / "out" / "test")
    recorded = list(read_records(tmp_path / "out", "test"))
    assert measured.problems == ()
    assert measured.labels == data.labels
    assert {image.name for image in measured.images} == {image.name for image in recorded}


def test_what_evaluation_slices_by_stays(tmp_path):
    make_coco(tmp_path / "source")
    draw_picture(tmp_path / "source" / "images" / "b.png", shade=9)
    path = tmp_path / "source" / "annotations.json"
    whole = json.loads(path.read_text())
    whole["images"].append(whole["images"][0] | {"id": 8, "file_name": "b.png"})
    whole["annotations"] += [note | {"id": 9, "image_id": 8} for note in whole["annotations"][:1]]
    path.write_text(json.dumps(whole))
    plan = RecordPlan({"train": 0.5, "test": 0.5})
    write_record_set(load_data_set(path), tmp_path / "out", plan, source=path)
    written = json.loads((tmp_path / "out" / "test" / "annotations.json").read_text())
    assert written["images"][0]["kind"] == "book"
    assert written["annotations"][0]["x_height"] == 4.5


def test_the_table_is_that_of_the_notebooks(tmp_path):
    boxes = (LabelledBox("a, b", (3.4, 2, 9, 12.6)), LabelledBox("c", (0, 0, 30, 40)))
    image = LabelledImage("day/a.jpg", tmp_path / "a.jpg", 40, 30, boxes)
    write_table(tmp_path / "a.csv", [image])
    with (tmp_path / "a.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"],
            ["day/a.jpg", "40", "30", "a, b", "2", "3", "13", "9"],
            ["day/a.jpg", "40", "30", "c", "0", "0", "40", "30"],
        ]


def test_a_folder_that_holds_something_is_refused(tmp_path, source):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DataSetError, match="holds something"):
        write_record_set(load_data_set(source), tmp_path / "out", PLAN, source=source)
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_the_source_is_never_written_to(source):
    before = sorted(source.iterdir())
    with pytest.raises(DataSetError, match="expected a folder outside"):
        write_record_set(load_data_set(source), source / "out", PLAN, source=source)
    assert sorted(source.iterdir()) == before


def test_nothing_is_left_of_an_attempt_that_failed(tmp_path, source):
    data = load_data_set(source)
    (source / "3.jpg").unlink()
    with pytest.raises(DataSetError, match="cannot be read"):
        write_record_set(data, tmp_path / "out" / "records", PLAN, source=source)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_data_set_without_classes_is_refused(tmp_path):
    with pytest.raises(DataSetError, match="no box, hence no class"):
        write_record_set(DataSet((), {}), tmp_path / "out", PLAN, source=tmp_path / "in")
