"""A stream's frames cost what is new in them."""

import numpy as np
import pytest

from service.errors import DetectError, FrameTypeError
from service.leisure import Leisure
from service.settings import DecodeSettings, StreamSettings
from service.watcher import Watcher
from tests.service.fakes import FakePipeline
from tests.service.pictures import encode, make_noise, make_picture

PAGE = encode(make_picture(640, 480))
ALIKE = encode(make_picture(640, 480), quality=60)
OTHER = encode(make_noise(640, 480))


def make_watcher(*, most_looks=1, **settings):
    return Watcher(DecodeSettings(), StreamSettings(**settings), Leisure(most_looks))


@pytest.fixture
def watcher():
    return make_watcher()


def test_the_same_bytes_are_not_even_decoded(watcher):
    pipeline = FakePipeline()
    first, second = watcher.look(pipeline, PAGE, now_s=0.0), watcher.look(pipeline, PAGE, now_s=0.0)
    assert (first.is_unchanged, second.is_unchanged) == (False, True)
    assert second.result.timings.decode_ms == 0
    assert second.result.timings.total_ms < first.result.timings.total_ms
    assert (len(pipeline.frames), second.saved_reads) == (1, 1)
    assert [one.link.url for one in second.links] == ["https://tensorflow.org/"]
    assert second.result.links == tuple(one.link for one in second.links)


def test_a_frame_that_only_looks_the_same_is_not_detected(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE, now_s=0.0)
    sight = watcher.look(pipeline, ALIKE, now_s=0.0)
    assert sight.is_unchanged
    assert sight.result.timings.decode_ms > 0
    assert len(pipeline.frames) == 1


def test_another_picture_is_looked_at(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE, now_s=0.0)
    assert not watcher.look(pipeline, OTHER, now_s=0.0).is_unchanged
    assert len(pipeline.frames) == 2


def test_a_frame_that_failed_is_no_measure_for_the_next(watcher):
    pipeline = FakePipeline(error=DetectError("no model"))
    with pytest.raises(DetectError):
        watcher.look(pipeline, PAGE, now_s=0.0)
    pipeline.error = None
    assert not watcher.look(pipeline, PAGE, now_s=0.0).is_unchanged


def test_a_bad_frame_changes_nothing(watcher):
    pipeline = FakePipeline()
    watcher.look(pipeline, PAGE, now_s=0.0)
    with pytest.raises(FrameTypeError):
        watcher.look(pipeline, b"text", now_s=0.0)
    assert watcher.look(pipeline, PAGE, now_s=0.0).is_unchanged


def test_the_time_for_the_motion_is_part_of_the_total(watcher):
    sight = watcher.look(FakePipeline(), PAGE, now_s=0.0)
    spent = sight.result.timings
    assert sight.follow_ms > 0
    stages = spent.decode_ms + spent.detect_ms + spent.recognize_ms
    assert spent.total_ms == pytest.approx(stages + sight.follow_ms, abs=0.1)
    assert np.isfinite(spent.total_ms)
