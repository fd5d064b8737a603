import pytest

from tests.training.data.samples import draw_picture, make_image
from training.data.dataset import DataSetError
from training.data.example_proto import pack_example
from training.data.od_example import unpack_image
from training.data.record_writer import write_shards
from training.data.records import find_label_map, find_shards, list_places, read_records

ONE_BOX = {f"image/object/bbox/{side}": [0.5] for side in ("ymin", "xmin", "ymax", "xmax")}


def touch(folder, *names):
    for name in names:
        (folder / name).touch()
    return folder


def test_the_shards_of_a_split_are_found(tmp_path):
    names = [f"train.record-0000{k}-of-00002" for k in range(2)]
    touch(tmp_path, *names, "val.record-00000-of-00001", "train.csv", "label_map.pbtxt")
    assert [path.name for path in find_shards(tmp_path, "train")] == names


@pytest.mark.parametrize("name", ["coco_train.record", "train.tfrecord", "train.tfrecords"])
def test_other_names_are_known(tmp_path, name):
    split = name.partition(".")[0]
    assert [path.name for path in find_shards(touch(tmp_path, name), split)] == [name]


def test_a_pattern_says_all_by_itself(tmp_path):
    names = [f"train.record-0000{k}-of-00002" for k in range(2)]
    touch(tmp_path, *names, "val.record")
    pattern = tmp_path / "train.record-?????-of-00002"
    assert [path.name for path in find_shards(pattern, "whatever")] == names


@pytest.mark.parametrize(
    "names",
    [
        ["train.record-00000-of-00002"],
        ["train.record", "train.record-00000-of-00001"],
        ["train.record-00000-of-00001", "train.record-00000-of-00002"],
    ],
)
def test_shards_that_do_not_make_one_set_are_refused(tmp_path, names):
    with pytest.raises(DataSetError, match="expected all shards of one set, found train"):
        find_shards(touch(tmp_path, *names), "train")


def test_a_split_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataSetError, match=r"expected records of val, found \['train'\]"):
        find_shards(touch(tmp_path, "train.record"), "val")
    for nothing in (tmp_path / "nowhere", tmp_path / "nowhere" / "train.record-*"):
        with pytest.raises(DataSetError, match="found no"):
            find_shards(nothing, "train")


def test_empty_files_are_refused(tmp_path):
    with pytest.raises(DataSetError, match="found an empty file"):
        list_places(touch(tmp_path, "train.record"), "train")


def test_no_label_map_is_no_class(tmp_path):
    assert find_label_map(tmp_path) == {}


def test_pictures_come_back_in_the_order_of_the_shards(tmp_path):
    images = [
        make_image(f"{k}.png", "ab", file=draw_picture(tmp_path / f"{k}.png", shade=100 + k))
        for k in range(5)
    ]
    write_shards(tmp_path, "train", images, labels={2: "a", 1: "b"}, shards=2)
    read = list(read_records(tmp_path, "train"))
    assert [image.name for image in read] == ["0.png", "2.png", "4.png", "1.png", "3.png"]
    assert [int(image.read_pixels()[-1, -1, 0]) for image in read] == [100, 102, 104, 101, 103]
    assert read[0].class_ids == (2, 1)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({}, "expected `image/encoded`, found none"),
        ({"image/object/class/label": [1]}, r"expected four sides .*received \[0, 0, 0, 0\]"),
        ({"image/object/class/text": [b"seal"]}, r"expected classes of \['a'\], received"),
        ({"image/object/class/label": [1.0]}, "class/label` to be of int, received float"),
        ({"image/object/difficult": [1]}, r"expected 0 of each of .*received \[1, 0, 0, 0\]"),
        (
            {"image/object/class/text": [b"a", b"a"], "image/object/class/label": [1]} | ONE_BOX,
            "2 classes by text, 1 by number",
        ),
        ({"image/encoded": [b"no picture"]}, "picture cannot be decoded"),
    ],
)
def test_a_record_that_is_no_labelled_picture_is_refused(tmp_path, features, message):
    if features:
        picture = draw_picture(tmp_path / "a.png").read_bytes()
        features = {"image/encoded": [picture], **features}
    with pytest.raises(DataSetError, match=message):
        unpack_image(pack_example(features), {1: "a"})


def test_other_bytes_are_no_record():
    with pytest.raises(DataSetError, match=r"expected a tf\.train\.Example"):
        unpack_image(b"\xff\xff", {})


def test_a_picture_that_cannot_be_decoded_is_refused():
    features = {"image/encoded": [b"x"], "image/width": [4], "image/height": [3]}
    image = unpack_image(pack_example(features), {})
    with pytest.raises(DataSetError, match="its picture cannot be decoded"):
        image.read_pixels()
