from dataclasses import replace

import numpy as np
import pytest

from tests.training.warned import KERAS_ARRAY
from training.anchors import AnchorLevel
from training.config import ModelConfig
from training.detector import build_detector
from training.network_file import find_network, read_network, write_network
from training.start_weights import list_layers, put_weights, save_start_weights

pytestmark = KERAS_ARRAY

SMALL = ModelConfig(backbone="mobilenet", pyramid_filters=8)
SQUARES = tuple(AnchorLevel(8 << k, (20.0 * 2**k,), (1.0,), equal_area=True) for k in range(4))
TWO_CLASSES = replace(SMALL, labels={1: "mark", 2: "stamp"}, levels=SQUARES)


def test_a_network_is_read_as_it_was_written(tmp_path):
    write_network(TWO_CLASSES, tmp_path)
    assert read_network(tmp_path) == TWO_CLASSES
    assert find_network(SMALL, tmp_path) == TWO_CLASSES
    assert find_network(SMALL, tmp_path / "older") == SMALL


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    model = build_detector(SMALL)
    return model, save_start_weights(model, SMALL, tmp_path_factory.mktemp("model"))


def test_kernels_are_rounded_and_come_back(published):
    model, path = published
    again = build_detector(SMALL)
    assert put_weights(again, SMALL, path) == []
    for first, second in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(second, first, rtol=1e-3, atol=1e-6)
    assert path.stat().st_size < 3e6


def test_a_head_of_other_classes_and_levels_starts_anew_and_is_named(published, caplog):
    model, path = published
    other = build_detector(TWO_CLASSES)
    skipped = put_weights(other, TWO_CLASSES, path)
    # Four levels of two normalisations each, where the published model has three.
    new = [layer.name for layer in list_layers(other) if layer.name in skipped]
    assert len(skipped) == 3
    assert "predictions" in skipped
    assert sum("normalization" in name for name in new) == 2
    assert "layer predictions differs in shape" in caplog.text
    kept = [layer for layer in list_layers(other) if layer.name not in skipped]
    donors = [layer for layer in list_layers(model) if layer.name != "predictions"]
    first, second = (layers[0].get_weights()[0] for layers in (kept, donors))
    np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-6)


def test_another_backbone_is_refused(published):
    with pytest.raises(ValueError, match="weights of a dense network, received those of a mobile"):
        put_weights(build_detector(ModelConfig()), ModelConfig(), published[1])
