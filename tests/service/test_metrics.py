"""Metrics belong to one app, and their labels to closed sets."""

from dataclasses import replace

import numpy as np
import pytest

from service.errors import RecognizeError
from service.metrics import MeteredRecognizer, Metrics
from service.records import FrameResult, Strip, Timings
from service.watcher import Sight
from tests.service.fakes import LINK, FakeRecognizer

STRIP = Strip(np.full((40, 200), 255, np.uint8), LINK.polygon)


def value(metrics, name, /, **labels):
    return metrics.registry.get_sample_value(f"printlink_{name}", labels)


def test_each_app_counts_for_itself():
    first, second = Metrics(), Metrics()
    first.count_failure("frame_empty")
    assert value(first, "frames_total", outcome="frame_empty") == 1
    assert value(second, "frames_total", outcome="frame_empty") is None


def test_a_read_strip_is_counted_and_timed():
    metrics, inner = Metrics(), FakeRecognizer()
    assert (
        MeteredRecognizer(inner, metrics, engine="ctc").read(STRIP).text
        == "https://tensorflow.org/"
    )
    assert inner.strips == [STRIP]
    assert value(metrics, "ocr_calls_total", engine="ctc") == 1
    assert value(metrics, "ocr_failures_total", engine="ctc") == 0
    assert value(metrics, "stage_seconds_count", stage="ocr") == 1


def test_a_strip_whose_reader_failed_is_counted_twice():
    metrics = Metrics()
    with pytest.raises(RecognizeError):
        MeteredRecognizer(
            FakeRecognizer(error=RecognizeError("late")), metrics, engine="tesserocr"
        ).read(STRIP)
    assert value(metrics, "ocr_calls_total", engine="tesserocr") == 1
    assert value(metrics, "ocr_failures_total", engine="tesserocr") == 1


def test_a_scheme_that_nobody_knows_is_other():
    metrics = Metrics()
    links = (LINK, replace(LINK, scheme="gopher"))
    metrics.count_result(FrameResult(9, 9, links, Timings(5.0, 1.0, 1.0, 40.0)))
    assert value(metrics, "links_total", scheme="https") == 1
    assert value(metrics, "links_total", scheme="other") == 1
    assert value(metrics, "stage_seconds_sum", stage="total") == pytest.approx(0.04)


def test_an_empty_frame_is_an_outcome():
    metrics = Metrics()
    metrics.count_result(FrameResult(9, 9, (), Timings(5.0, 1.0, 0.0, 6.0)))
    assert value(metrics, "frames_total", outcome="empty") == 1


def test_the_served_models_replace_those_before():
    metrics = Metrics()
    metrics.show_models("links", {1: 0.9, 2: 0.1})
    metrics.show_models("links", {2: 1.0})
    assert value(metrics, "model_info", name="links", version="1") is None
    assert value(metrics, "model_info", name="links", version="2") == 1
    assert value(metrics, "model_share", version="1") is None
    assert value(metrics, "model_share", version="2") == 1


def test_frames_count_for_the_version_that_answered_them():
    metrics = Metrics()
    result = FrameResult(9, 9, (LINK, LINK), Timings(5.0, 1.0, 1.0, 40.0), "links", 2)
    metrics.count_result(result)
    metrics.count_result(replace(result, links=(), model_version=3))
    assert value(metrics, "model_frames_total", version="2", outcome="links") == 1
    assert value(metrics, "model_frames_total", version="3", outcome="empty") == 1
    assert value(metrics, "model_links_total", version="2") == 2
    assert value(metrics, "model_frame_seconds_sum", version="2") == pytest.approx(0.04)


def test_a_version_is_blamed_for_what_may_be_its_fault_only():
    metrics = Metrics()
    for code in ("internal", "deadline_exceeded", "frame_empty", "queue_full"):
        metrics.count_failure(code, 2)
    metrics.count_failure("not_ready")
    blamed = {
        sample.labels["outcome"]: sample.value
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "printlink_model_frames_total"
    }
    assert blamed == {"internal": 1, "deadline_exceeded": 1}


def test_a_stream_s_frames_count_by_what_was_done_for_them():
    metrics = Metrics()
    result = FrameResult(9, 9, (LINK,), Timings(5.0, 0.0, 0.0, 9.0))
    for is_unchanged, is_followed in ((False, False), (False, True), (False, True), (True, False)):
        sight = Sight(
            result,
            (),
            is_unchanged=is_unchanged,
            is_followed=is_followed,
            follow_ms=4.0,
            saved_reads=2 * is_followed,
        )
        metrics.count_stream_answer(sight, age_s=0.02)
    told = {
        outcome: value(metrics, "stream_frames_total", outcome=outcome)
        for outcome in ("result", "followed", "unchanged")
    }
    assert told == {"result": 1, "followed": 2, "unchanged": 1}
    assert value(metrics, "ocr_calls_saved_total") == 4
