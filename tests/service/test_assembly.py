"""The stages are put together from the settings, with a real model and the real reader."""

import os

import pytest

from service.assembly import build_pipeline
from service.engine import run_frame
from service.metrics import Metrics
from service.settings import DetectSettings, ModelSettings, Settings
from tests.service.pictures import encode, make_page
from tests.service.stores import publish_tiny

CALLS = "printlink_ocr_calls_total"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    # What loading sets for TensorFlow must not outlive the test.
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return Settings(
        model=ModelSettings(store_dir=publish_tiny(tmp_path), name="tiny"),
        detect=DetectSettings(warmup_sizes_px=((64, 48),)),
    )


def test_a_printed_link_runs_through_all_stages(settings):
    metrics = Metrics()
    served = build_pipeline(settings, metrics)
    page = encode(make_page("https://tensorflow.org/lite"), "PNG")
    frame, result = run_frame(served.pipeline, page, settings.decode)
    assert (frame.width, frame.height) == (result.width, result.height) == (1200, 400)
    assert (served.model_name, served.model_version) == ("tiny", 2)
    assert (result.model_name, result.model_version) == ("tiny", 2)
    assert [link.url for link in result.links] == ["https://tensorflow.org/lite"]
    assert result.links[0].prefix.label == "https"
    for stage in ("detect", "expand", "recognize"):
        count = metrics.registry.get_sample_value("printlink_stage_seconds_count", {"stage": stage})
        assert count == 1
    assert metrics.registry.get_sample_value(CALLS, {"engine": "ctc"}) >= 1
