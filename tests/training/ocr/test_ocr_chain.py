"""Tesseract's training at toy size with its real programs: data, network, reading, store."""

import json

import numpy as np
import pytest

from model_store import ModelStore
from training.ocr.data import make_ocr_data
from training.ocr.evaluate import TesseractModel, evaluate_ocr, to_metrics
from training.ocr.publish import publish_ocr
from training.ocr.train import OcrLimits, read_progress, train_ocr


@pytest.mark.slow
def test_strips_become_a_model_in_the_store(source, tmp_path, real_programs):
    data, run = tmp_path / "data", tmp_path / "run"
    facts = make_ocr_data(source, data, strips=40, seed=1)
    assert (facts.strips, facts.easy_strips) == (40, 4)
    model = train_ocr(data, run, net="tiny", limits=OcrLimits(strips=100, easy_strips=100))
    assert [(stage, strips) for stage, strips, _ in read_progress(run)] == [
        ("easy", 100),
        ("url", 100),
    ]

    strips = source.sample(np.random.default_rng(2))
    metrics = to_metrics("url", evaluate_ocr(model, strips))
    assert metrics["url, all"]["strips"] == len(strips)
    with TesseractModel.open(model) as opened:
        assert all(33 <= ord(one) < 127 for one in opened.read_strip(strips[0].pixels))

    stored = publish_ocr(data, run, metrics=metrics, commit="abc", store=tmp_path / "store")
    assert (stored.name, stored.version) == ("url-ocr", 1)
    ModelStore(tmp_path / "store").verify(stored)
    assert (stored.path / "url.traineddata").read_bytes() == model.read_bytes()
    assert stored.manifest.training.crops_seen == 200
    assert stored.manifest.training.config["net"] == "tiny"
    assert json.loads((stored.path / "manifest.json").read_text())["signature"] is None
