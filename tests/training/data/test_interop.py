"""Our records are read by TensorFlow under the Object Detection API's names, and its by us."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from model_store.label_map import read_label_map, write_label_map
from tests.training.data.samples import draw_picture
from training.data.dataset import LabelledBox, LabelledImage
from training.data.record_writer import write_shards
from training.data.records import read_records

# As object_detection/data_decoders/tf_example_decoder.py names and types them.
FEATURES = {
    "image/encoded": tf.io.FixedLenFeature((), tf.string),
    "image/format": tf.io.FixedLenFeature((), tf.string),
    "image/filename": tf.io.FixedLenFeature((), tf.string),
    "image/key/sha256": tf.io.FixedLenFeature((), tf.string),
    "image/source_id": tf.io.FixedLenFeature((), tf.string),
    "image/height": tf.io.FixedLenFeature((), tf.int64),
    "image/width": tf.io.FixedLenFeature((), tf.int64),
    "image/object/bbox/xmin": tf.io.VarLenFeature(tf.float32),
    "image/object/bbox/xmax": tf.io.VarLenFeature(tf.float32),
    "image/object/bbox/ymin": tf.io.VarLenFeature(tf.float32),
    "image/object/bbox/ymax": tf.io.VarLenFeature(tf.float32),
    "image/object/class/label": tf.io.VarLenFeature(tf.int64),
    "image/object/class/text": tf.io.VarLenFeature(tf.string),
    "image/object/is_crowd": tf.io.VarLenFeature(tf.int64),
    "image/object/difficult": tf.io.VarLenFeature(tf.int64),
    "image/object/truncated": tf.io.VarLenFeature(tf.int64),
}
LABELS = {1: "mark", 3: "stämp"}


def test_tensorflow_reads_ours(tmp_path):
    file = draw_picture(tmp_path / "a.png", (40, 30))
    boxes = (
        LabelledBox("stämp", (3, 2, 9, 12), is_truncated=True),
        LabelledBox("mark", (15, 20, 30, 41), is_difficult=True),
    )
    images = [LabelledImage("day/a.png", file, 40, 30, boxes)]
    write_shards(tmp_path, "train", images, labels=LABELS, shards=4)
    path = tmp_path / "train.record-00000-of-00001"
    (record,) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    found = tf.io.parse_single_example(record, FEATURES)
    lists = {
        name.removeprefix("image/object/"): value.values.numpy().tolist()
        for name, value in found.items()
        if isinstance(value, tf.SparseTensor)
    }
    assert lists == {
        "bbox/ymin": pytest.approx([0.1, 0.5]),
        "bbox/xmin": pytest.approx([0.05, 0.5]),
        "bbox/ymax": pytest.approx([0.3, 1.0]),
        "bbox/xmax": pytest.approx([0.3, 1.0]),
        "class/text": ["stämp".encode(), b"mark"],
        "class/label": [3, 1],
        "difficult": [0, 1],
        "truncated": [1, 0],
        "is_crowd": [0, 0],
    }
    assert (int(found["image/height"]), int(found["image/width"])) == (30, 40)
    assert found["image/source_id"] == found["image/filename"] == b"day/a.png"
    assert found["image/format"] == b"png"
    pixels = tf.io.decode_image(found["image/encoded"], channels=3).numpy()
    np.testing.assert_array_equal(pixels, np.asarray(Image.open(file)))


def test_a_picture_without_boxes_is_read(tmp_path):
    images = [LabelledImage("a.jpg", draw_picture(tmp_path / "a.jpg"), 40, 30, ())]
    write_shards(tmp_path, "train", images, labels=LABELS, shards=1)
    path = tmp_path / "train.record-00000-of-00001"
    (record,) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    found = tf.io.parse_single_example(record, FEATURES)
    assert found["image/object/bbox/xmin"].values.shape == (0,)


def list_of(values: list) -> tf.train.Feature:
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def write_theirs(path, changes) -> None:
    stream = io.BytesIO()
    Image.new("L", (40, 30), 90).save(stream, "JPEG")
    features = {
        "image/encoded": [stream.getvalue()],
        "image/filename": [b"theirs.jpg"],
        "image/height": [30],
        "image/width": [40],
        "image/object/bbox/ymin": [0.1, 0.5],
        "image/object/bbox/xmin": [0.25, 0.5],
        "image/object/bbox/ymax": [0.3, 1.0],
        "image/object/bbox/xmax": [0.5, 1.0],
        "image/object/class/text": [b"mark", "stämp".encode()],
        "image/object/class/label": [1, 3],
    } | changes
    message = tf.train.Example(
        features=tf.train.Features(
            feature={name: list_of(values) for name, values in features.items() if values}
        )
    )
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(message.SerializeToString())


@pytest.mark.parametrize(
    ("changes", "labels", "names"),
    [
        ({}, LABELS, ["mark", "stämp"]),
        ({"image/object/class/text": []}, LABELS, ["mark", "stämp"]),
        ({"image/object/class/text": []}, None, ["class 1", "class 3"]),
        ({"image/object/class/label": []}, LABELS, ["mark", "stämp"]),
        ({"image/height": [], "image/width": []}, LABELS, ["mark", "stämp"]),
    ],
)
def test_we_read_theirs(tmp_path, changes, labels, names):
    write_theirs(tmp_path / "coco_train.record", changes)
    if labels:
        write_label_map(tmp_path / "label_map.pbtxt", labels)
    (image,) = read_records(tmp_path / "coco_train.record", "train")
    assert (image.name, image.width, image.height) == ("theirs.jpg", 40, 30)
    assert [box.label for box in image.boxes] == names
    assert image.class_ids == (1, 3)
    assert image.boxes[0].box == pytest.approx((3, 10, 9, 20), rel=1e-6)
    example = image.to_example()
    assert example.image.shape == (30, 40, 3)
    np.testing.assert_allclose(example.boxes[1], [0.5, 0.5, 1, 1])


def test_their_crowds_and_groups_are_ignored(tmp_path):
    theirs = tmp_path / "a.record"
    write_theirs(theirs, {"image/object/group_of": [0, 1], "image/object/difficult": [0, 0]})
    (image,) = read_records(theirs, "train")
    assert image.to_example().ignored.tolist() == [False, True]


def test_both_kinds_of_messages_live_in_one_process(tmp_path):
    write_label_map(tmp_path / "label_map.pbtxt", LABELS)
    assert read_label_map(tmp_path / "label_map.pbtxt") == LABELS
    assert tf.train.Example().SerializeToString() == b""
