import pytest

from model_store.errors import LabelMapError
from model_store.label_map import read_label_map, write_label_map

THEIRS = """
# Comments and both kinds of quotes are allowed, and so are fields that mean nothing to us.
item {
  name: "/m/01g317"
  id: 1
  display_name: "person"
  ancestor_ids: ["/m/0"]
}
item: {
  id: 3, name: 'QR code'
  keypoints { id: 9 label: "corner" }
}
"""


def test_a_label_map_of_the_object_detection_api_is_read(tmp_path):
    path = tmp_path / "label_map.pbtxt"
    path.write_text(THEIRS)
    assert read_label_map(path) == {1: "person", 3: "QR code"}


def test_what_is_written_is_read_again(tmp_path):
    path, labels = tmp_path / "label_map.pbtxt", {2: 'Köln "am" Rhein', 1: "stamp"}
    write_label_map(path, labels)
    assert read_label_map(path) == labels
    assert list(read_label_map(path)) == [1, 2]
    assert "Köln" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('item {\n  name: "a"\n  id: one\n}', "label_map.pbtxt:3: not a label map"),
        ('item { colour: "red\n}', "label_map.pbtxt: not a label map: Invalid field value"),
        ("", "at least one `item`"),
        ('item { name: "a" }', "an `id` from 1"),
        ('item { name: "a" id: 0 }', "an `id` from 1"),
        ("item { id: 1 }", "expected a `name`"),
        ('item { name: "a" id: 1 } item { name: "b" id: 1 }', "found one twice"),
        ('item { name: "a" id: 1 } item { name: "a" id: 2 }', "found one twice"),
    ],
)
def test_a_label_map_that_is_not_plain_is_refused(tmp_path, text, message):
    path = tmp_path / "label_map.pbtxt"
    path.write_text(text)
    with pytest.raises(LabelMapError, match=message):
        read_label_map(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content):
    path = tmp_path / "label_map.pbtxt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LabelMapError, match="cannot be read"):
        read_label_map(path)
