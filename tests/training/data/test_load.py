import pytest

from tests.training.data.samples import (
    draw_picture,
    make_coco,
    make_voc,
    voc_object,
    write_voc_xml,
)
from training.data.dataset import DataSetError, LabelledBox
from training.data.draft import find_fault
from training.data.load import load_data_set


def load_voc(folder, *objects, size=(40, 30), **options):
    draw_picture(folder / "a.jpg", **options)
    write_voc_xml(folder / "a.xml", "a.jpg", *objects, size=size)
    return load_data_set(folder)


def test_a_sound_data_set_has_no_problems(tmp_path):
    data = load_data_set(make_voc(tmp_path, 4))
    assert data.problems == ()
    assert data.labels == {1: "mark", 2: "stamp"}
    assert [image.name for image in data.images] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert [len(image.boxes) for image in data.images] == [1, 2, 1, 2]


@pytest.mark.parametrize("whole", [True, False])
def test_coco_is_known_by_its_folder_or_its_file(tmp_path, whole):
    path = make_coco(tmp_path)
    data = load_data_set(tmp_path if whole else path)
    assert data.labels == {1: "mark", 2: "stamp"}
    assert len(data.images[0].boxes) == 2


def test_a_label_map_gives_the_numbers_and_names_the_strangers(tmp_path):
    data = load_data_set(make_voc(tmp_path, 2), labels={4: "stamp", 2: "seal"})
    assert data.labels == {4: "stamp", 2: "seal"}
    assert [len(image.boxes) for image in data.images] == [1, 1]
    (problem,) = data.problems
    assert str(problem) == f"{tmp_path / '1.xml'}:11: unknown class 'mark'"


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((12, 3, 2, 9), "the box of 'stamp' is inverted: xmin 12, ymin 3, xmax 2, ymax 9"),
        ((2, 9, 12, 3), "the box of 'stamp' is inverted"),
        ((2, 3, 2, 9), "the box of 'stamp' is empty"),
        ((2, 3, 42, 9), "the box of 'stamp' is outside the picture of 40x30"),
        ((2, 3, 12, 31.5), "outside the picture"),
        ((-2, 3, 12, 9), "outside the picture"),
        ((2, -1.5, 12, 9), "outside the picture"),
    ],
)
def test_a_box_that_cannot_be_is_left_out_and_its_line_told(tmp_path, box, message):
    data = load_voc(tmp_path, voc_object("stamp", box), voc_object("stamp", (1, 2, 3, 4)))
    assert [box.box for box in data.images[0].boxes] == [(2, 1, 4, 3)]
    (problem,) = data.problems
    assert str(problem).startswith(f"{tmp_path / 'a.xml'}:5: ")
    assert message in problem.message


def test_a_box_may_stick_out_by_a_rounding_error():
    box = LabelledBox("a", (-1, -1, 31, 41))
    assert find_fault(box, width=40, height=30, labels={"a"}) is None


def test_a_wrong_size_makes_the_boxes_worthless(tmp_path):
    data = load_voc(tmp_path, voc_object("stamp", (1, 2, 3, 4)), size=(80, 60))
    assert data.images == ()
    assert [str(problem) for problem in data.problems] == [
        f"{tmp_path / 'a.xml'}:3: the size is said to be 80x60, 'a.jpg' has 40x30"
    ]


def test_a_size_that_is_not_stated_is_that_of_the_picture(tmp_path):
    data = load_voc(tmp_path, voc_object("stamp", (1, 2, 3, 4)), size=(0, 0))
    assert (data.images[0].width, data.images[0].height, data.problems) == (40, 30, ())


@pytest.mark.parametrize(
    ("stated", "box"),
    # Labelled as a person sees it, and on the pixels as they are stored.
    [((30, 40), (2, 1, 4, 3)), ((40, 30), (1, 26, 3, 28))],
)
def test_boxes_are_those_of_the_upright_picture(tmp_path, stated, box):
    data = load_voc(tmp_path, voc_object("stamp", (1, 2, 3, 4)), size=stated, exif=6)
    assert (data.images[0].width, data.images[0].height) == (30, 40)
    assert data.images[0].boxes[0].box == box


def test_a_missing_picture_is_told_with_the_line_that_names_it(tmp_path):
    write_voc_xml(tmp_path / "a.xml", "gone.jpg", voc_object("stamp", (1, 2, 3, 4)))
    data = load_data_set(tmp_path)
    assert data.images == ()
    assert [str(problem) for problem in data.problems] == [
        f"{tmp_path / 'a.xml'}:3: the picture 'gone.jpg' is missing"
    ]


def test_a_picture_that_cannot_be_decoded_is_told(tmp_path):
    (tmp_path / "a.jpg").write_text("no picture")
    write_voc_xml(tmp_path / "a.xml", "a.jpg")
    (problem,) = load_data_set(tmp_path).problems
    assert "a.xml:3: the picture 'a.jpg': not a picture that can be decoded" in str(problem)


def test_the_same_picture_twice_is_told(tmp_path):
    make_voc(tmp_path, 2)
    (tmp_path / "copy.jpg").write_bytes((tmp_path / "0.jpg").read_bytes())
    write_voc_xml(tmp_path / "copy.xml", "copy.jpg")
    write_voc_xml(tmp_path / "twice.xml", "1.jpg")
    data = load_data_set(tmp_path)
    assert [image.name for image in data.images] == ["0.jpg", "1.jpg"]
    assert [problem.message for problem in data.problems] == [
        "the picture 'copy.jpg' is there already, as '0.jpg'",
        "the picture '1.jpg' is there already, as '1.jpg'",
    ]


def test_broken_files_leave_the_others_alone(tmp_path):
    make_voc(tmp_path, 2)
    (tmp_path / "1.xml").write_text("<annotation>")
    data = load_data_set(tmp_path)
    assert [image.name for image in data.images] == ["0.jpg"]
    assert [problem.file.name for problem in data.problems] == ["1.jpg", "1.xml"]


def test_what_is_no_data_set_is_refused(tmp_path):
    with pytest.raises(DataSetError, match="found none"):
        load_data_set(tmp_path)
    with pytest.raises(DataSetError, match="found no"):
        load_data_set(tmp_path / "nowhere")
