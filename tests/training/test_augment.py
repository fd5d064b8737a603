import pickle

import numpy as np
import pytest

from tests.training.drawing import DrawnSource
from training.augment import OPTIONS, augment_source


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_gives_an_example_that_can_be_trained_on(name):
    source = augment_source(DrawnSource(96), 96, {name: {}})
    for seed in range(3):
        example = source.sample(np.random.default_rng(seed))
        assert (example.image.shape, example.image.dtype) == ((96, 96, 1), np.uint8)
        assert (example.boxes.dtype, example.classes.dtype) == (np.float32, np.int32)
        assert len(example.boxes) == len(example.classes) == len(example.ignored)
        assert ((example.boxes >= 0) & (example.boxes <= 1)).all()


def test_options_are_applied_in_their_order_and_by_the_seed_alone():
    turn = {"random_rotation90": {"probability": 1.0}}
    flip = {"random_horizontal_flip": {"probability": 1.0}}
    first, second = (
        augment_source(DrawnSource(96), 96, options).sample(np.random.default_rng(1))
        for options in ({**turn, **flip}, {**flip, **turn})
    )
    assert not np.array_equal(first.image, second.image)
    again = augment_source(DrawnSource(96), 96, {**turn, **flip}).sample(np.random.default_rng(1))
    np.testing.assert_array_equal(first.image, again.image)


def test_an_augmented_source_can_be_sent_to_a_worker():
    source = augment_source(DrawnSource(96), 96, {"random_adjust_brightness": {"max_delta": 0.1}})
    assert pickle.loads(pickle.dumps(source)) == source


def test_nothing_asked_for_leaves_the_source_as_it_is():
    source = DrawnSource(96)
    assert augment_source(source, 96, {}) is source


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        ({"random_mirror": {}}, "expected an augmentation of .*, received random_mirror"),
        ({"random_vertical_flip": {"often": 1}}, r"fields of \['probability'\], received \['of"),
    ],
)
def test_an_unknown_option_or_field_is_refused(augment, message):
    with pytest.raises(ValueError, match=message):
        augment_source(DrawnSource(96), 96, augment)
