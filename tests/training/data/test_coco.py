import json

import pytest

from tests.training.data.samples import make_coco
from training.data.coco import read_coco, write_coco
from training.data.dataset import DataSetError, LabelledBox
from training.data.load import load_data_set

IMAGE = {"id": 7, "file_name": "a.png", "width": 40, "height": 30}
NOTE = {"id": 1, "image_id": 7, "category_id": 9, "bbox": [2, 3, 10, 6]}


def test_boxes_are_read_with_their_lines_and_what_slices_them(tmp_path):
    reading = read_coco(make_coco(tmp_path))
    (draft,) = reading.drafts
    assert reading.labels == ["mark", "stamp"]
    assert (draft.name, draft.file) == ("a.png", tmp_path / "images" / "a.png")
    assert (draft.stated_size, draft.kind, draft.line) == ((40, 30), "book", 3)
    assert draft.boxes == (
        LabelledBox("stamp", (3, 2, 9, 12.5), 12, x_height=4.5),
        LabelledBox("mark", (10, 20, 20, 30), 24, is_crowd=True),
    )


def test_what_is_written_is_read_again(tmp_path):
    data = load_data_set(make_coco(tmp_path))
    write_coco(data.images, data.labels, tmp_path / "again.json")
    again = load_data_set(tmp_path / "again.json")
    assert again.labels == {1: "mark", 2: "stamp"}
    assert [(b.label, b.box, b.is_crowd, b.x_height) for b in again.images[0].boxes] == [
        (b.label, b.box, b.is_crowd, b.x_height) for b in data.images[0].boxes
    ]
    assert again.images[0].kind == "book"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": [{"id": 7}]}, "annotations.json:3: file_name: Field required"),
        ({"images": [IMAGE, 5]}, "annotations.json:9: the item: Input should be a valid dict"),
        ({"images": [IMAGE, IMAGE]}, "annotations.json:9: the id 7 is taken, since line 3"),
        ({"annotations": [NOTE | {"image_id": 8}]}, "there is no image with the id 8"),
        ({"annotations": [NOTE | {"bbox": [1, 2]}]}, "bbox.2: Field required"),
        ({"annotations": [NOTE | {"bbox": [1, 2, "x", 3]}]}, "bbox.2: Input should be a valid n"),
        (
            {"annotations": [NOTE | {"bbox": [1, 2, float("nan"), 3]}]},
            "bbox.2: Input should be a f",
        ),
        ({"categories": [{"id": 9, "name": ""}]}, "name: String should have at least 1"),
    ],
)
def test_an_item_that_cannot_be_used_is_a_problem_with_its_line(tmp_path, changes, message):
    problems = read_coco(make_coco(tmp_path, **changes)).problems
    assert any(message in str(problem) for problem in problems)
    assert all(problem.line for problem in problems)


def test_an_annotation_of_an_unknown_category_is_an_unknown_class(tmp_path):
    data = load_data_set(make_coco(tmp_path, annotations=[NOTE | {"category_id": 5}]))
    assert [problem.message for problem in data.problems] == ["unknown class 'category 5'"]


@pytest.mark.parametrize("name", ["../secret.png", "/a.png", "b.png"])
def test_a_picture_outside_the_folder_is_missing(tmp_path, name):
    path = make_coco(tmp_path / "data", images=[IMAGE | {"file_name": name}])
    (tmp_path / "secret.png").write_bytes((tmp_path / "data/images/a.png").read_bytes())
    assert read_coco(path).drafts[0].file is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"images": [\n}', "annotations.json:2: broken JSON"),
        ("[]", "not a COCO file"),
        ('{"images": []}', r"found no \['annotations', 'categories'\]"),
        ("[" * 200_000, "not a COCO file|broken JSON"),
    ],
)
def test_a_file_that_is_not_coco_is_refused(tmp_path, text, message):
    (tmp_path / "annotations.json").write_text(text)
    with pytest.raises(DataSetError, match=message):
        read_coco(tmp_path / "annotations.json")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = make_coco(tmp_path)
    path.write_text("\ufeff" + json.dumps(json.loads(path.read_text())), encoding="utf-8")
    assert read_coco(path).problems == []
