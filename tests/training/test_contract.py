"""The contract tells a port of the detector all it needs, and gives our own its options back."""

import json
from dataclasses import replace

import pytest

from training.anchors import AnchorLevel
from training.contract import format_contract, format_labels, parse_contract
from training.export_options import ExportOptions
from training.postprocess import PostprocessRule

OPTIONS = ExportOptions(
    long_side=640,
    coarse_factor=2,
    postprocess=PostprocessRule(min_score=0.1, candidates=7),
    levels=(AnchorLevel(8, (10.0,), (2.0, 4.0)), AnchorLevel(16, (20.0,), (1.0, 4.0), True)),
    channels=3,
)


def test_options_and_labels_survive_the_file():
    assert parse_contract(format_contract(OPTIONS, {1: "mark", 3: "stämp"})) == (
        OPTIONS,
        {1: "mark", 3: "stämp"},
    )


def test_the_shapes_of_the_anchors_are_worked_out():
    levels = json.loads(format_contract(OPTIONS, {}))["levels"]
    assert levels[0]["shapes"] == [[10, 20], [10, 40]]
    # With an equal area, 20 is the side of the square: 10 by 40 for an aspect of 4.
    assert levels[1]["shapes"] == [[20, 20], [10, 40]]


@pytest.mark.parametrize("channels", [1, 3])
def test_input_and_output_have_the_width_of_channels_and_classes(channels):
    text = format_contract(replace(OPTIONS, channels=channels), {1: "mark", 3: "stamp"})
    contract = json.loads(text)
    assert contract["input"]["shape"] == [1, None, None, channels]
    # A label map may leave out numbers; the network has them all.
    assert contract["output"]["shape"] == [1, None, 3 + 4]


def test_labels_stand_on_the_line_of_their_number():
    assert format_labels({1: "mark", 3: "stamp"}) == "mark\n\nstamp\n"
