"""A stream's frames cost what is new in them."""

import numpy as np
import pytest

from service.errors import DetectError, FrameTypeError
from service.settings import DecodeSettings, StreamSettings
from service.watcher import Watcher
from tests.service.fakes import FakePipeline
from tests.service.pictures import encode, make_noise, make_picture

PAGE = encode(make_picture(640, 480))
ALIKE = encode(make_picture(640, 480), quality=60)
OTHER = encode(make_noise(640, 480))


@pytest.fixture
def watcher():
    return Watcher(DecodeSettings(), StreamSettings())


def test_the_same_bytes_are_not_even_decoded(watcher):
    pipeline = FakePipeline()
    first, second = watcher.look(pipeline, PAGE), watcher.look(pipeline, PAGE)
    assert (first.is_unchanged, second.is_unchanged) == (False, True)
    assert second.result.timings.decode_ms == 0
    assert second.result.timings.total_ms < first.result.timings.total_ms
    assert (len(pipeline.frames), second.saved_reads) == (1, 1)
    assert [one.link.url for one in second.links] == ["https://tensorflow.org/"]
    assert second.result.links == tuple(one.link for one in second.links)


def test_a_frame_that_only_looks_the_same_is_not_detected(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE)
    sight = watcher.look(pipeline, ALIKE)
    assert sight.is_unchanged
    assert sight.result.timings.decode_ms > 0
    assert len(pipeline.frames) == 1


def test_another_picture_is_looked_at(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE)
    assert not watcher.look(pipeline, OTHER).is_unchanged
    assert len(pipeline.frames) == 2


def test_a_frame_that_failed_is_no_measure_for_the_next(watcher):
    pipeline = FakePipeline(error=DetectError("no model"))
    with pytest.raises(DetectError):
        watcher.look(pipeline, PAGE)
    pipeline.error = None
    assert not watcher.look(pipeline, PAGE).is_unchanged


def test_a_bad_frame_changes_nothing(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE)
    with pytest.raises(FrameTypeError):
        watcher.look(pipeline, b"text")
    assert watcher.look(pipeline, PAGE).is_unchanged


def test_the_time_for_the_motion_is_part_of_the_total(watcher):
    sight = watcher.look(FakePipeline(), PAGE)
    spent = sight.result.timings
    assert sight.follow_ms > 0
    stages = spent.decode_ms + spent.detect_ms + spent.recognize_ms
    assert spent.total_ms == pytest.approx(stages + sight.follow_ms, abs=0.1)
    assert np.isfinite(spent.total_ms)
