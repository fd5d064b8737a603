from collections import Counter

import pytest

from tests.training.data.samples import make_image
from training.data.dataset import DataSetError
from training.data.split import parse_shares, split_images


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        (".8/.2", {"train": 0.8, "test": 0.2}),
        ("3/1", {"train": 0.75, "test": 0.25}),
        ("50/25/25", {"train": 0.5, "val": 0.25, "test": 0.25}),
    ],
)
def test_shares_are_weights(text, shares):
    assert parse_shares(text) == shares


@pytest.mark.parametrize("text", ["1", ".8/-.2", ".8/0", "a/b", "1/1/1/1", "", "nan/1", "inf/1"])
def test_what_is_no_split_is_refused(text):
    with pytest.raises(DataSetError, match=r"expected a split like .8/.2"):
        parse_shares(text)


def test_every_picture_is_in_one_split_of_the_right_size():
    images = [make_image(str(k), "ab"[k % 2]) for k in range(10)]
    split = split_images(images, {"train": 0.7, "val": 0.1, "test": 0.2}, seed=3)
    assert {name: len(part) for name, part in split.items()} == {"train": 7, "val": 1, "test": 2}
    assert sorted(i.name for part in split.values() for i in part) == sorted(map(str, range(10)))


@pytest.mark.parametrize("seed", range(8))
def test_a_rare_class_is_in_both_splits(seed):
    images = [make_image(str(k), "b" if k < 5 else "aa") for k in range(50)]
    test = split_images(images, {"train": 0.8, "test": 0.2}, seed)["test"]
    counts = Counter(box.label for image in test for box in image.boxes)
    assert counts == {"b": 1, "a": 18}


def test_the_same_seed_makes_the_same_split():
    images = [make_image(str(k), "a") for k in range(20)]
    shares = {"train": 0.5, "test": 0.5}
    assert split_images(images, shares, 1) == split_images(images, shares, 1)
    assert split_images(images, shares, 1) != split_images(images, shares, 2)


def test_pictures_without_boxes_are_split_too():
    images = [make_image(str(k), "a" if k < 5 else "") for k in range(10)]
    split = split_images(images, {"train": 0.8, "test": 0.2}, seed=1)
    assert [len(image.boxes) for image in split["test"]].count(1) == 1


def test_a_split_without_a_picture_is_refused():
    with pytest.raises(DataSetError, match="2 pictures are too few for a split 'test'"):
        split_images([make_image("a"), make_image("b")], {"train": 0.8, "test": 0.2}, 1)
