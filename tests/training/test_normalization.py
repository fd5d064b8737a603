import keras
import numpy as np
import pytest

from training.normalization import BatchNormalization

IMAGES = np.random.default_rng(0).normal(3.0, 2.0, (2, 4, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("training", [True, False])
def test_fused_and_plain_batch_normalisation_agree(training):
    fused, plain = BatchNormalization(), keras.layers.BatchNormalization()
    received, expected = fused(IMAGES, training=training), plain(IMAGES, training=training)
    np.testing.assert_allclose(np.asarray(received), np.asarray(expected), atol=2e-3)


def test_training_remembers_mean_and_variance():
    layer = BatchNormalization(momentum=0.0)
    layer(IMAGES, training=True)
    rows = IMAGES.reshape(-1, 3)
    np.testing.assert_allclose(np.asarray(layer.moving_mean), rows.mean(0), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(layer.moving_variance), rows.var(0, ddof=1), rtol=1e-4)
