"""The golden frame tells a detector that finds what is printed from one that does not."""

from dataclasses import replace

import pytest

from service.errors import DetectError, GoldenMissedError
from service.golden import check_detector, draw_golden_frame
from service.loading import load_detector
from service.settings import Settings
from tests.service.fakes import FakeDetector

LABELS = ("https", "http", "ftp", "tcp", "www")
FRAME, EXPECTED = draw_golden_frame()


def move(prefix, share):
    """Move a box to the right by a share of its width."""
    box = prefix.box
    by = share * box.width
    return replace(prefix, box=box._replace(left=box.left + by, right=box.right + by))


def test_the_boxes_lie_on_the_ink():
    assert [prefix.label for prefix in EXPECTED] == ["https", "http", "ftp", "www"]
    for prefix in EXPECTED:
        left, top, right, bottom = (round(side) for side in prefix.box)
        inside = FRAME.pixels[top:bottom, left:right]
        assert inside.min() < 60
        assert FRAME.pixels[top - 3 : top - 1].min() > 200
        assert FRAME.pixels[bottom + 2 : bottom + 4].min() > 200


def test_whoever_finds_everything_passes():
    detector = FakeDetector(prefixes=EXPECTED[::-1])
    check_detector(detector, labels=LABELS, min_iou=1.0)
    assert [frame.pixels.shape for frame in detector.frames] == [FRAME.pixels.shape]


def test_boxes_may_be_off_by_as_much_as_the_overlap_allows():
    # Moved by a third, two boxes share 2/3 and cover 4/3.
    detector = FakeDetector(prefixes=tuple(move(prefix, 1 / 3) for prefix in EXPECTED))
    check_detector(detector, labels=LABELS, min_iou=0.499)
    with pytest.raises(GoldenMissedError, match="missed https, http, ftp, www"):
        check_detector(detector, labels=LABELS, min_iou=0.501)


@pytest.mark.parametrize(
    "found", [EXPECTED[:3], (*EXPECTED[:3], replace(EXPECTED[3], label="ftp"))]
)
def test_a_prefix_that_is_missed_or_called_otherwise_is_named(found):
    with pytest.raises(GoldenMissedError, match=r"fake/7 missed www .*PRINTLINK_MODEL__GOLDEN_IOU"):
        check_detector(FakeDetector(prefixes=found), labels=LABELS, min_iou=0.5)


def test_whoever_knows_other_labels_needs_only_to_run():
    check_detector(FakeDetector(prefixes=()), labels=("mark", "stamp"), min_iou=0.5)


def test_a_detector_that_fails_is_told_as_it_is():
    class Failing(FakeDetector):
        def detect(self, frame):
            raise DetectError("expected finite numbers")

    with pytest.raises(DetectError, match="finite"):
        check_detector(Failing(), labels=(), min_iou=0.5)


def test_the_shipped_detector_passes_with_room_to_spare(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    check_detector(load_detector(Settings()), labels=LABELS, min_iou=0.7)
