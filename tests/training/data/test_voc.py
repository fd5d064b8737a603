from dataclasses import replace

import pytest

from tests.training.data.samples import draw_picture, voc_object, write_voc_xml
from training.data.dataset import LabelledBox, LabelledImage
from training.data.voc import read_voc, write_voc


def test_boxes_and_flags_are_read_with_their_lines(tmp_path):
    draw_picture(tmp_path / "a.jpg")
    things = [
        voc_object("stamp", (2, 3, 12, 9), truncated=1),
        voc_object("mark", ("20.5", 10, 30, 20), difficult=1),
    ]
    write_voc_xml(tmp_path / "a.xml", "a.jpg", *things)
    reading = read_voc(tmp_path)
    (draft,) = reading.drafts
    assert reading.problems == []
    assert (draft.name, draft.file, draft.stated_size) == ("a.jpg", tmp_path / "a.jpg", (40, 30))
    assert (draft.source, draft.line) == (tmp_path / "a.xml", 3)
    assert draft.boxes == (
        LabelledBox("stamp", (3, 2, 9, 12), 5, is_truncated=True),
        LabelledBox("mark", (10, 20.5, 20, 30), 11, is_difficult=True),
    )


@pytest.mark.parametrize(
    ("xml", "picture", "written", "name"),
    [
        ("a.xml", "a.jpg", "a.jpg", "a.jpg"),
        ("Annotations/a.xml", "JPEGImages/a.jpg", "a.jpg", "JPEGImages/a.jpg"),
        ("annotations/day/a.xml", "images/day/a.jpg", "day/a.jpg", "images/day/a.jpg"),
        ("day/a.xml", "day/images/a.jpg", "a.jpg", "day/images/a.jpg"),
        ("a.xml", "a.png", "a", "a.png"),
        ("a.xml", "a.jpg", "C:\\Users\\me\\..\\a.jpg", "a.jpg"),
        ("a.xml", "a.jpg", "/home/me/a.jpg", "a.jpg"),
    ],
)
def test_the_picture_is_found_where_tools_leave_it(tmp_path, xml, picture, written, name):
    draw_picture(tmp_path / picture)
    write_voc_xml(tmp_path / xml, written)
    reading = read_voc(tmp_path)
    assert [draft.name for draft in reading.drafts] == [name]
    assert reading.problems == []


def test_pictures_may_be_elsewhere(tmp_path):
    write_voc_xml(tmp_path / "xml" / "a.xml", "a.jpg")
    elsewhere = draw_picture(tmp_path / "pictures" / "a.jpg")
    (draft,) = read_voc(tmp_path / "xml", tmp_path / "pictures").drafts
    assert (draft.name, draft.file) == ("a.jpg", elsewhere)


def test_zeros_for_a_size_are_no_size(tmp_path):
    write_voc_xml(tmp_path / "a.xml", "a.jpg", size=(0, 0))
    assert read_voc(tmp_path).drafts[0].stated_size is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<annotation>\n<size>", "a.xml:2: broken XML: no element found"),
        ("\n<html/>", "a.xml:2: expected <annotation>, found <html>"),
        ("<annotation>\n<filename> </filename></annotation>", "a.xml:1: expected a <filename>"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem(tmp_path, text, message):
    (tmp_path / "a.xml").write_text(text)
    reading = read_voc(tmp_path)
    assert reading.drafts == []
    (problem,) = reading.problems
    assert message in str(problem)


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (voc_object(" ", (1, 2, 3, 4)), "a.xml:5: expected a <name>"),
        (voc_object("a", (1, "two", 3, 4)), "a.xml:9: expected a number in <bndbox><ymin>"),
        (voc_object("a", (1, "nan", 3, 4)), "a.xml:9: expected a number in <bndbox><ymin>"),
        ("<object><name>a</name></object>", "a.xml:5: expected a number in <bndbox><ymin>"),
    ],
)
def test_an_object_that_cannot_be_used_is_left_out_alone(tmp_path, thing, message):
    draw_picture(tmp_path / "a.jpg")
    write_voc_xml(tmp_path / "a.xml", "a.jpg", thing, voc_object("b", (1, 2, 3, 4)))
    reading = read_voc(tmp_path)
    assert [box.label for box in reading.drafts[0].boxes] == ["b"]
    (problem,) = reading.problems
    assert message in str(problem)


def test_a_picture_without_xml_is_a_problem(tmp_path):
    draw_picture(tmp_path / "a.jpg")
    assert [str(problem) for problem in read_voc(tmp_path).problems] == [
        f"{tmp_path / 'a.jpg'}: no annotation names this picture"
    ]


def test_what_is_written_is_read_again(tmp_path):
    file = draw_picture(tmp_path / "ä & b.png")
    boxes = (
        LabelledBox("QR <code>", (3, 2, 9, 12), is_truncated=True),
        LabelledBox("mark", (10, 20, 20, 30), is_difficult=True),
    )
    write_voc(LabelledImage(file.name, file, 40, 30, boxes), tmp_path / "a.xml")
    (draft,) = read_voc(tmp_path).drafts
    assert (draft.name, draft.stated_size) == (file.name, (40, 30))
    assert tuple(replace(box, line=None) for box in draft.boxes) == boxes


def test_whole_pixels_never_make_a_box_empty(tmp_path):
    file = draw_picture(tmp_path / "a.png")
    image = LabelledImage("a.png", file, 40, 30, (LabelledBox("dot", (3.1, 2.0, 3.4, 5.0)),))
    write_voc(image, tmp_path / "a.xml")
    assert read_voc(tmp_path).drafts[0].boxes[0].box == (3, 2, 4, 5)
