"""A bare network's rows become the prefixes that a SavedModel's graph would answer with."""

import math

import numpy as np
import pytest

from service.contract import Contract, Rows
from service.errors import DetectError, ModelRunError
from service.records import Box, Frame
from service.row_detector import RowDetector, Stages
from service.settings import DetectSettings

QUIET = -9.0
CONTRACT = Contract.model_validate(
    {
        "side_multiple": 32,
        "padding": 128.0,
        "centre_scale": 10.0,
        "size_scale": 5.0,
        "max_log_size": 4.0,
        "long_side": 128,
        "coarse_factor": 1,
        "channels": 1,
        "postprocess": {"max_iou": 0.5, "max_boxes": 100},
        "levels": [
            {"stride": 16, "shapes": [[10.0, 30.0]]},
            {"stride": 32, "shapes": [[40.0, 90.0]]},
        ],
    }
)
LABELS = {1: "https", 2: "www"}


class FakeNetwork:
    """Answers with quiet rows but for those it was told, as (row, class, logit, offsets)."""

    def __init__(self, *loud, quiet=QUIET):
        self.loud, self.quiet, self.seen = loud, quiet, []

    def look(self, picture):
        self.seen.append(picture)
        height, width = picture.shape[1:3]
        cells = (height // 16) * (width // 16) + (height // 32) * (width // 32)
        rows = np.zeros((1, cells, 6), np.float32)
        rows[..., :2] = self.quiet
        for row, number, logit, offsets in self.loud:
            rows[0, row, number - 1] = logit
            rows[0, row, 2:] = offsets
        return Rows(rows[0])


def detect(network, frame, contract=CONTRACT, **settings):
    return make(network, contract, **settings).detect(frame)


def make(network, contract=CONTRACT, *, refiner=None, **settings):
    return RowDetector(
        Stages(network, refiner),
        DetectSettings(warmup_sizes_px=((64, 32),), **settings),
        contract=contract,
        label_map=LABELS,
        name="links",
        version=3,
    )


def frame(height=64, width=128):
    return Frame(np.full((height, width, 3), 200, np.uint8))


def test_an_anchor_without_offsets_is_the_box_at_its_cell():
    (prefix,) = detect(FakeNetwork((9, 1, 2.0, (0, 0, 0, 0))), frame())
    # Row 9 is the second cell of the second row of the finest level, centred at (24, 24).
    assert prefix.box == pytest.approx(Box(9, 19, 39, 29))
    assert prefix.label == "https"
    assert prefix.score == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_offsets_move_and_stretch_the_anchor():
    stretch = 5 * math.log(2)
    (prefix,) = detect(FakeNetwork((9, 2, 2.0, (10.0, 10 / 3, 0.0, stretch))), frame())
    assert prefix.label == "www"
    assert prefix.box == pytest.approx(Box(4, 29, 64, 39))


def test_boxes_are_in_pixels_of_the_frame_and_inside_it():
    (prefix,) = detect(FakeNetwork((0, 1, 2.0, (0, 0, 0, 0))), frame(height=128, width=256))
    assert prefix.box == pytest.approx(Box(0, 6, 46, 26))


def test_of_boxes_that_overlap_the_best_stays_and_the_best_come_first():
    network = FakeNetwork(
        (9, 1, 1.0, (0, 0, 0, 0)), (9, 2, 2.0, (0, 0, 0, 0)), (14, 1, 3.0, (0, 0, 0, 0))
    )
    assert [prefix.label for prefix in detect(network, frame())] == ["https", "www"]
    assert len(detect(network, frame(), max_prefixes=1)) == 1


def test_what_scores_too_little_is_dropped():
    network = FakeNetwork((9, 1, 0.1, (0, 0, 0, 0)))
    assert len(detect(network, frame(), min_score=0.5)) == 1
    assert detect(network, frame(), min_score=0.6) == ()


def test_a_frame_is_grey_shrunk_and_padded_for_the_network():
    network = FakeNetwork()
    detect(network, frame(height=100, width=256))
    (picture,) = network.seen
    assert picture.shape == (1, 64, 128, 1)
    assert picture[0, :50].mean() == pytest.approx(200, abs=0.5)
    assert (picture[0, 50:] == 128).all()


def test_a_colour_network_sees_colours():
    network = FakeNetwork()
    red = np.zeros((64, 128, 3), np.uint8)
    red[..., 0] = 90
    detect(network, Frame(red), CONTRACT.model_copy(update={"channels": 3}))
    assert make(network, CONTRACT.model_copy(update={"channels": 3})).sees_colour
    assert not make(network).sees_colour
    assert network.seen[0][0, 0, 0].tolist() == [90, 0, 0]


def test_large_print_is_found_in_a_smaller_picture_by_the_coarse_levels():
    contract = CONTRACT.model_copy(update={"coarse_factor": 2})
    # In 64 x 32 pixels the finest level has 8 rows, and the coarser one 2.
    network = FakeNetwork((8, 1, 2.0, (0, 0, 0, 0)))
    boxes = [prefix.box for prefix in detect(network, frame(), contract)]
    assert len(network.seen) == 2
    assert network.seen[1].shape == (1, 32, 64, 1)
    assert Box(0, 0, 122, 64) in [tuple(round(side) for side in box) for box in boxes]


def test_a_failure_of_the_network_is_one_of_the_detector():
    class Broken:
        def look(self, _):
            raise ModelRunError("out of memory")

    with pytest.raises(DetectError, match="128 x 64"):
        detect(Broken(), frame())


def test_numbers_that_are_none_are_refused():
    network = FakeNetwork((9, 1, 2.0, (np.nan, 0, 0, 0)))
    with pytest.raises(DetectError, match="finite"):
        detect(network, frame())


def test_a_class_without_a_name_is_refused():
    detector = RowDetector(
        Stages(FakeNetwork((9, 2, 2.0, (0, 0, 0, 0)))),
        DetectSettings(),
        contract=CONTRACT,
        label_map={1: "https"},
        name="links",
        version=3,
    )
    with pytest.raises(DetectError, match="the model said 2"):
        detector.detect(frame())


def test_several_frames_are_looked_at_one_after_the_other():
    detector = make(FakeNetwork((9, 1, 2.0, (0, 0, 0, 0))))
    assert [len(found) for found in detector.detect_batch([frame(), frame()])] == [1, 1]
    assert (detector.model_name, detector.model_version) == ("links", 3)


def test_warming_up_runs_every_usual_size():
    network = FakeNetwork()
    make(network).warm_up()
    assert [picture.shape for picture in network.seen] == [(1, 32, 64, 1)]


def test_what_is_doubtful_is_found_where_that_is_asked_for():
    network = FakeNetwork((9, 1, -1.0, (0, 0, 0, 0)))
    assert len(detect(network, frame(), min_score=0.2)) == 1


def test_rows_in_int8_are_picked_as_those_in_float32_are():
    logits = np.random.default_rng(2).normal(-3, 2, (40, 6))
    numbers = np.clip(np.rint(logits / 0.05 + 4), -128, 127).astype(np.int8)
    floats = (numbers.astype(np.float32) - 4) * np.float32(0.05)
    places, rows = Rows(numbers, 0.05, 4).pick(-1.02, last=25)
    expected_places, expected_rows = Rows(floats).pick(-1.02, last=25)
    assert 0 < len(places) < 25
    np.testing.assert_array_equal(places, expected_places)
    np.testing.assert_allclose(rows, expected_rows)


def test_what_no_int8_says_is_said_by_none():
    rows = Rows(np.full((3, 6), 127, np.int8), 0.05, 0)
    assert not len(rows.pick(9.0, last=3)[0])
    assert len(rows.pick(-9.0, last=3)[0]) == 3
