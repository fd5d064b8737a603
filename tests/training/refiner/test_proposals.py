"""Proposals pair what a detector finds with the truth, and leave out what is neither."""

from dataclasses import replace

import numpy as np
import pytest

from model_store import ModelStore, default_root
from tests.training.drawing import DrawnSource
from training.config import TrainConfig
from training.data_digest import digest_data
from training.example import Example
from training.origin import read_origin
from training.postprocess import Detections
from training.refiner.collect import (
    collect_proposals,
    find_proposals,
    load_proposals,
    make_crops,
    save_proposals,
    take_crops,
)
from training.refiner.config import RefinerConfig
from training.refiner.proposals import (
    LEAST_SCORE,
    NoProposalsError,
    gather_proposals,
    propose,
)

from .conftest import RULE, draw_example

TRUTH = np.array([[20, 10, 30, 50], [60, 10, 70, 50]], np.float32)


class Fixed:
    """Finds the same in every picture."""

    def __init__(self, *boxes, scores=None):
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)
        self.scores = np.array(scores or [0.9] * len(boxes), np.float32)

    def detect(self, image):
        assert image.shape[-1] == 3
        return Detections(self.boxes, self.scores, np.ones(len(self.boxes), np.int64))


def propose_from(detector, *, ignored=(False, False)):
    image = np.arange(96 * 96, dtype=np.uint8).reshape(96, 96, 1)
    example = Example(image, TRUTH / 96, np.array([3, 4], np.int32), np.array(ignored))
    return [*propose(example, detector, RULE, np.random.default_rng(1))]


def test_a_box_that_fits_is_given_the_true_one_in_its_windows_pixels():
    (proposal,) = propose_from(Fixed([21, 12, 31, 50]))
    assert proposal.label == 3
    np.testing.assert_array_equal(proposal.truth - proposal.box, TRUTH[0] - [21, 12, 31, 50])
    top, left, bottom, right = (round(side) for side in proposal.box.tolist())
    image = np.arange(96 * 96, dtype=np.uint8).reshape(96, 96, 1)
    np.testing.assert_array_equal(proposal.window[top:bottom, left:right], image[21:31, 12:50])


def test_what_lies_beyond_the_picture_is_grey():
    (proposal,) = propose_from(Fixed([0, 0, 10, 20]))
    assert proposal.label == 0
    assert (proposal.window[:3] == 128).all()


def test_of_two_boxes_at_one_place_the_better_counts():
    assert len(propose_from(Fixed([20, 10, 30, 50], [21, 12, 31, 52]))) == 1


def test_a_box_that_half_fits_is_neither():
    assert not propose_from(Fixed([24.5, 10, 34.5, 50]))


def test_what_nobody_can_read_is_left_out():
    assert not propose_from(Fixed([20, 10, 30, 50]), ignored=(True, False))


def test_what_the_detector_hardly_sees_is_left_out():
    assert not propose_from(Fixed([20, 10, 30, 50], scores=[LEAST_SCORE / 2]))


def test_a_set_is_read_as_it_was_written(tmp_path):
    known = propose_from(Fixed([20, 10, 30, 50], [60, 12, 72, 50]))
    save_proposals(gather_proposals(known), tmp_path / "some.npz")
    proposals = load_proposals(tmp_path / "some.npz")
    assert len(proposals) == 2
    for place, proposal in enumerate(known):
        np.testing.assert_array_equal(proposals.window(place), proposal.window)
        np.testing.assert_array_equal(proposals.truths[place], proposal.truth)


def test_a_detector_that_finds_nothing_is_reported():
    with pytest.raises(NoProposalsError, match="until it finds something"):
        gather_proposals([])


class Drawn:
    """A source of examples without end."""

    def sample(self, rng):
        return draw_example(rng)


def test_the_same_seed_collects_the_same_of_so_many_crops():
    sets = []
    for _ in range(2):
        crops = take_crops(make_crops(Drawn(), np.random.default_rng(4)), 20)
        sets.append(collect_proposals(crops, Fixed([10, 12, 24, 50]), seed=4))
    assert len(sets[0]) == len(sets[1]) > 0
    np.testing.assert_array_equal(sets[0].pixels, sets[1].pixels)


@pytest.mark.parametrize("number", [5, 16, 20])
def test_no_more_crops_are_taken_than_were_asked_for(number):
    batches = make_crops(Drawn(), np.random.default_rng(4))
    assert len([*take_crops(batches, number)]) == number


def make_source(_, size):
    return DrawnSource(size)


@pytest.mark.slow
def test_a_run_is_given_what_the_detector_says_of_its_sources_crops(tmp_path):
    (tmp_path / "data").mkdir()
    config = TrainConfig(name="drawn", make_source=make_source, size=128)
    export = ModelStore(default_root()).resolve("links").path
    settings = RefinerConfig(crops=96)
    words = (config, tmp_path / "data", export, tmp_path / "run")
    first = find_proposals(*words, settings=settings)
    assert (first.labels > 0).any()
    assert read_origin(tmp_path / "run").data_sha256 == digest_data(tmp_path / "data")
    again = find_proposals(*words, settings=replace(settings, crops=1))
    np.testing.assert_array_equal(first.pixels, again.pixels)
