"""A stream's frames cost what is new in them."""

import numpy as np
import pytest
from PIL import Image

from service.errors import DetectError, FrameTypeError
from service.leisure import Leisure
from service.settings import DecodeSettings, StreamSettings
from service.watcher import Watcher
from tests.service.fakes import FakePipeline
from tests.service.pictures import encode, make_noise, make_picture
from tests.service.printed import print_page

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


@pytest.mark.parametrize(("sees_colour", "shape"), [(False, (480, 640)), (True, (480, 640, 3))])
def test_a_frame_is_decoded_as_the_detector_sees_it(watcher, sees_colour, shape):
    pipeline = FakePipeline(sees_colour=sees_colour)
    watcher.look(pipeline, PAGE, now_s=0.0)
    assert pipeline.frames[0].pixels.shape == shape


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


def film(*places):
    """Views of one printed page from so far to the right, in pixels."""
    lines = ["Some words stand here and others there, so that", "corners are many, and more"] * 8
    page = print_page(lines, size=(1200, 480)).frame.pixels
    return [encode(Image.fromarray(page[:, x : x + 640])) for x in places]


def watch(watcher, frames, *, pipeline, fps=10):
    return [
        watcher.look(pipeline, frame, now_s=number / fps) for number, frame in enumerate(frames)
    ]


def test_sure_links_are_carried_along_until_something_new_is_in_view():
    frames = film(100, 102, 104, 106, 108, 140, 142)
    sights = watch(make_watcher(look_every_s=9, look_by_s=9), frames, pipeline=FakePipeline())
    assert [sight.is_followed for sight in sights] == [False] * 3 + [True, True, False, True]
    assert [sight.links[0].is_confirmed for sight in sights] == [False] * 2 + [True] * 5


def test_a_link_that_is_carried_along_lies_where_the_print_is():
    pipeline = FakePipeline()
    sights = watch(make_watcher(confirm_frames=1), film(100, 106, 110), pipeline=pipeline)
    first, *others = (sight.links[0].link for sight in sights)
    assert len(pipeline.frames) == 1
    for moved, link in zip((6, 10), others, strict=True):
        assert link.box.left == pytest.approx(first.box.left - moved, abs=1)
        assert link.box.top == pytest.approx(first.box.top, abs=1)
        assert link.prefix.box.left == pytest.approx(first.prefix.box.left - moved, abs=1)
    assert {sight.links[0].track_id for sight in sights} == {0}


def test_a_frame_that_is_followed_costs_no_stage_and_reads_nothing():
    pipeline = FakePipeline()
    last = watch(make_watcher(confirm_frames=1), film(100, 104), pipeline=pipeline)[-1]
    spent = last.result.timings
    assert (len(pipeline.frames), pipeline.reads) == (1, 1)
    assert (spent.detect_ms, spent.recognize_ms, last.saved_reads) == (0, 0, 1)
    assert spent.total_ms == pytest.approx(spent.decode_ms + last.follow_ms)
    assert last.result.links == (last.links[0].link,)


def test_a_busy_service_follows_what_it_would_look_at_and_looks_in_the_end():
    watcher = make_watcher(most_looks=0, look_every_s=0, look_by_s=0.4)
    sights = watch(watcher, film(100, 102, 104, 106, 108, 110), pipeline=FakePipeline())
    assert [sight.is_followed for sight in sights] == [False, True, True, True, False, True]


def test_a_link_that_leaves_the_view_is_not_carried_out_of_it():
    frames = film(100, 130, 160)
    watcher = make_watcher(most_looks=0, confirm_frames=1)
    sights = watch(watcher, frames, pipeline=FakePipeline())
    assert [len(sight.links) for sight in sights] == [1, 1, 0]


def test_a_scene_that_nobody_knows_is_looked_at_however_busy_the_service_is():
    watcher = make_watcher(most_looks=0)
    assert not watcher.look(FakePipeline(), PAGE, now_s=0.0).is_followed
    assert not watcher.look(FakePipeline(), OTHER, now_s=0.1).is_followed
