import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from model_store.store import ModelStore
from tests.training.warned import KERAS_ARRAY
from training.checkpoint import STATE
from training.export import SIGNATURE
from training.reader.alphabet import LABEL_MAP, encode_text
from training.reader.batches import fit_strip
from training.reader.config import ReaderConfig
from training.reader.evaluate import evaluate_reader, format_table
from training.reader.export import export_reader
from training.reader.net import ReaderModelConfig, build_reader
from training.reader.publish import publish_reader
from training.reader.saved_reader import SavedReader
from training.reader.scores import score_model
from training.reader.strips import Strip
from training.start_weights import START_WEIGHTS

pytestmark = KERAS_ARRAY
SMALL = ReaderModelConfig(stages=(4, 8, 8), sequence=16, inner=8, kernels=(3,), dilations=(2,))


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(5)
    return build_reader(SMALL)


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    export_reader(model, folder)
    return folder


@pytest.fixture(scope="module")
def read(exported):
    loaded = tf.saved_model.load(str(exported))
    signature = loaded.signatures[SIGNATURE]

    def call(strips, widths):
        # The signature lives no longer than the object that was loaded.
        assert loaded is not None
        answer = signature(strips=tf.constant(strips), widths=tf.constant(widths, tf.int32))
        return answer["log_probs"].numpy(), answer["lengths"].numpy()

    return call


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)


def test_the_network_has_a_row_of_scores_for_each_four_columns(model):
    assert model(np.zeros((2, 32, 48, 1), np.uint8)).shape == (2, 12, 96)


def test_the_graph_says_what_keras_says(model, read):
    strip = noise(44, 132)
    log_probs, lengths = read(strip[None], [132])
    image = fit_strip(strip, 30)[None, ..., None]
    logits = keras.ops.convert_to_numpy(model(image, training=False))
    ours = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    assert lengths.tolist() == [30]
    np.testing.assert_allclose(np.exp(log_probs).sum(axis=-1), 1.0, rtol=1e-4)
    # Keras was given whole grey levels.
    np.testing.assert_allclose(log_probs, ours, atol=0.02)


def test_strips_may_be_of_any_size_and_number(read):
    log_probs, lengths = read(np.stack([noise(60, 120)] * 3), [120, 60, 1])
    assert log_probs.shape == (3, 20, 96)
    assert lengths.tolist() == [20, 10, 1]


def test_what_lies_beyond_a_strips_width_does_not_count(read):
    strip = noise(44, 176)
    wiped = strip.copy()
    wiped[:, 88:] = 255
    one, other = (read(pixels[None], [88])[0] for pixels in (strip, wiped))
    np.testing.assert_array_equal(one, other)


def test_another_run_can_start_from_what_was_exported(exported, model):
    other = build_reader(SMALL)
    other.load_weights(exported / "assets.extra" / START_WEIGHTS)
    strip = noise(32, 64)[None, ..., None]
    one, same = (keras.ops.convert_to_numpy(net(strip, training=False)) for net in (model, other))
    # Kernels are rounded to float16.
    np.testing.assert_allclose(same, one, atol=0.02)


def test_a_published_reader_brings_its_alphabet_and_facts(exported, tmp_path):
    config = ReaderConfig(name="reader", model=SMALL, batch=8)
    (tmp_path / STATE).write_text(json.dumps({"step": 3, "elapsed_s": 1.0}))
    publish_reader(
        config,
        run_dir=tmp_path,
        export_dir=exported,
        metrics={"exact": 0.5},
        commit="abc",
        store=tmp_path / "store",
    )
    store = ModelStore(tmp_path / "store")
    found = store.resolve("reader")
    store.verify(found)
    manifest = found.manifest
    assert manifest.label_map == LABEL_MAP
    assert manifest.training.crops_seen == 24
    assert manifest.training.config["model"]["stages"] == [4, 8, 8]
    assert manifest.preprocessing["strip_height_px"] == 44
    assert manifest.signature.inputs["strips"].shape == (None, None, None)
    assert manifest.signature.outputs["log_probs"].shape == (None, None, 96)


def test_an_export_is_measured_by_x_height(exported):
    strips = [
        Strip(noise(44, 88, seed), "ab", np.array([22.0, 66.0], np.float32), x_height)
        for seed, x_height in enumerate([7.0, 9.0, 9.5])
    ]
    table = evaluate_reader(SavedReader(exported), strips)
    assert [(row.low, row.count) for row in table] == [(0.0, 3), (6.0, 1), (8.0, 2)]
    assert table[0].ms > 0
    assert len(format_table(table).splitlines()) == 4


def test_a_keras_reader_is_scored_up_to_each_strips_end():
    def say_ab(images, *, training):
        assert not training
        logits = np.zeros((len(images), images.shape[2] // 4, 96), np.float32)
        logits[:, 2, encode_text("a")[0]] = 1.0
        logits[:, 7, encode_text("b")[0]] = 1.0
        # Beyond a strip of 44 x 44 pixels.
        logits[:, 12, encode_text("c")[0]] = 1.0
        return logits

    middles = np.array([11.0, 33.0], np.float32)
    strips = [Strip(noise(44, 44), text, middles, 9.0) for text in ("ab", "ax")]
    assert score_model(say_ab, strips) == {"exact": 0.5, "cer": 0.25}
