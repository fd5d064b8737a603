from dataclasses import replace

import pytest

from tests.training.drawing import DrawnSource
from training.config import ModelConfig, TrainConfig
from training.label_map import LABEL_MAP
from training.network_choice import choose_network
from training.network_file import read_network

OPEN = TrainConfig(
    name="open", make_source=None, model=ModelConfig(labels=None, levels=None), size=96
)


def choose(config, folder, labels=None):
    return choose_network(config, DrawnSource(96), labels, folder)


def test_a_network_that_is_settled_is_taken_and_written_down(tmp_path):
    config = replace(OPEN, model=ModelConfig())
    assert choose(config, tmp_path, {1: "other"}) == ModelConfig()
    assert read_network(tmp_path).labels == LABEL_MAP


def test_what_is_open_is_chosen_by_the_data_and_kept(tmp_path):
    network = choose(OPEN, tmp_path, {1: "mark"})
    assert network.labels == {1: "mark"}
    (level,) = network.levels
    assert level.stride == 8
    assert 2 < level.aspects[0] < 3
    assert choose(OPEN, tmp_path, {1: "another"}) == network


def test_classes_that_nobody_names_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="expected a label map beside the data or in the config"):
        choose(OPEN, tmp_path)


def test_a_run_does_not_go_on_with_another_network(tmp_path):
    choose(OPEN, tmp_path, {1: "mark"})
    other = replace(OPEN, model=replace(OPEN.model, channels=3))
    with pytest.raises(ValueError, match="is a run of another network"):
        choose(other, tmp_path)
