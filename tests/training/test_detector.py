import numpy as np
import pytest

from training.anchors import image_anchors
from training.config import ModelConfig
from training.detector import build_detector

DENSE = ModelConfig()
MOBILENET = ModelConfig(backbone="mobilenet", alpha=0.35)


def predict(model, *, height, width):
    image = np.random.default_rng(0).integers(0, 256, (1, height, width, 1)).astype(np.float32)
    return np.asarray(model(image, training=False))


@pytest.mark.parametrize("config", [DENSE, MOBILENET], ids=["dense", "mobilenet"])
def test_rows_match_the_anchors_of_any_multiple_of_32(config):
    model = build_detector(config)
    for height, width in ((64, 96), (128, 32)):
        anchors = image_anchors(height=height, width=width)
        assert predict(model, height=height, width=width).shape == (1, len(anchors), 9)


def test_an_untrained_detector_gives_every_class_a_score_near_the_prior():
    scores = 1 / (1 + np.exp(-predict(build_detector(DENSE), height=64, width=64)[..., :5]))
    assert 0.001 < np.median(scores) < 0.1


def test_sizes_are_as_documented():
    assert 1.2e6 < build_detector(DENSE).count_params() < 1.4e6
    assert 0.4e6 < build_detector(MOBILENET).count_params() < 0.7e6
