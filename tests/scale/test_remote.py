"""What is asked of replicas comes back, though some of them die over it."""

import numpy as np
import pytest

pytest.importorskip("ray", reason="needs the extra scale; make test-scale has it")

from ray.exceptions import ActorDiedError, RayTaskError

from scale.detector import detect_alike
from scale.remote import RemoteDetector, RemoteRecognizer
from service.errors import DetectError, RecognizeError, RecognizeTimeoutError
from service.records import Frame, Strip, TextLine
from tests.scale.handles import FakeHandle
from tests.service.fakes import PREFIX

FRAME = Frame(np.zeros((4, 6, 3), np.uint8))
STRIP = Strip(np.zeros((4, 6), np.uint8), ())
LINE = TextLine("https://example.org/", 0.9)


def wrapped(error):
    return RayTaskError("read", "trace", error)


def read(*answers):
    return RemoteRecognizer(FakeHandle(list(answers)), "ctc", timeout_s=1).read(STRIP)


def test_a_strip_goes_to_the_engine_that_is_meant():
    handle = FakeHandle([LINE])
    assert RemoteRecognizer(handle, "tesseract", timeout_s=1).read(STRIP) == LINE
    assert handle.asked == [("read", "tesseract", STRIP)]


def test_another_replica_is_asked_where_one_dies():
    assert read(ActorDiedError(), ActorDiedError(), ActorDiedError(), LINE) == LINE


def test_it_is_given_up_where_all_die():
    with pytest.raises(RecognizeError, match="no replica"):
        read(*[ActorDiedError()] * 4, LINE)


def test_errors_of_ours_arrive_as_they_were_raised():
    with pytest.raises(RecognizeTimeoutError, match="slow"):
        read(wrapped(RecognizeTimeoutError("slow")))


def test_errors_that_nobody_expects_are_not_hidden():
    with pytest.raises(RayTaskError):
        read(wrapped(ZeroDivisionError()))


def test_an_answer_that_does_not_come_is_a_failure_of_that_stage():
    with pytest.raises(RecognizeError):
        read(TimeoutError())
    with pytest.raises(DetectError):
        RemoteDetector(FakeHandle([TimeoutError()]), timeout_s=1).detect(FRAME)


def test_the_version_is_the_one_that_looked():
    detector = RemoteDetector(
        FakeHandle([("links", 2, False, ()), ("links", 3, True, (PREFIX,))]), timeout_s=1
    )
    assert detector.detect(FRAME) == ()
    assert (detector.model_name, detector.model_version) == ("links", 2)
    assert detector.detect(FRAME) == (PREFIX,)
    assert detector.model_version == 3


def test_frames_come_in_colour_from_the_first_answer_of_a_detector_that_sees_it():
    detector = RemoteDetector(
        FakeHandle([("links", 2, False), ("links", 2, False, ()), ("links", 3, True, ())]),
        timeout_s=1,
    )
    assert detector.describe() == ("links", 2)
    seen = [detector.sees_colour for _ in range(2) if detector.detect(FRAME) == ()]
    assert seen == [False, True]


class FakeBatchDetector:
    """Finds as many prefixes as a frame is wide; remembers the batches."""

    def __init__(self):
        self.batches = []

    def detect_batch(self, frames):
        self.batches.append(len(frames))
        return [(PREFIX,) * frame.width for frame in frames]


def test_frames_of_one_size_are_looked_at_together_and_keep_their_places():
    frames = [Frame(np.zeros((4, width, 3), np.uint8)) for width in (2, 3, 2, 5, 3)]
    detector = FakeBatchDetector()
    assert [len(found) for found in detect_alike(detector, frames)] == [2, 3, 2, 5, 3]
    assert detector.batches == [2, 2, 1]
