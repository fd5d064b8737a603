import keras
import numpy as np
import pytest

from training.reader.alphabet import CLASSES, encode_text
from training.reader.batches import MAX_CHARACTERS
from training.reader.losses import ReadingLoss, ctc_loss, middle_loss


def truth_row(text, *, steps, valid=None, marks=()):
    row = np.zeros(2 + MAX_CHARACTERS + steps, np.float32)
    row[:2] = valid or steps, len(text)
    row[2 : 2 + len(text)] = encode_text(text)
    for step, character in marks:
        row[2 + MAX_CHARACTERS + step] = encode_text(character)[0]
    return row


def as_numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_ctc_sums_over_all_paths_of_a_character():
    logits = np.random.default_rng(0).normal(0, 1, (1, 2, CLASSES)).astype(np.float32)
    chance = np.exp(logits[0]) / np.exp(logits[0]).sum(axis=1, keepdims=True)
    a = encode_text("a")[0]
    paths = chance[0, a] * chance[1, a] + chance[0, a] * chance[1, 0] + chance[0, 0] * chance[1, a]
    loss = as_numpy(ctc_loss(truth_row("a", steps=2)[None], logits))
    np.testing.assert_allclose(loss, [-np.log(paths)], rtol=1e-5)


def test_ctc_agrees_with_keras_and_is_per_character():
    logits = np.random.default_rng(1).normal(0, 1, (2, 12, CLASSES)).astype(np.float32)
    truth = np.stack([truth_row("http", steps=12), truth_row("ll", steps=12, valid=7)])
    labels = truth[:, 2 : 2 + MAX_CHARACTERS].astype(np.int32)
    theirs = keras.ops.ctc_loss(labels, logits, np.array([4, 2]), np.array([12, 7]), mask_index=0)
    np.testing.assert_allclose(
        as_numpy(ctc_loss(truth, logits)), as_numpy(theirs) / [4, 2], rtol=1e-4
    )


def test_the_middles_alone_count():
    logits = np.zeros((1, 3, CLASSES), np.float32)
    logits[0, 1, encode_text("b")[0]] = 50.0
    logits[0, 2, 5] = 50.0
    right = middle_loss(truth_row("b", steps=3, marks=[(1, "b")])[None], logits)
    wrong = middle_loss(truth_row("c", steps=3, marks=[(1, "c")])[None], logits)
    np.testing.assert_allclose(as_numpy(right), [0.0], atol=1e-4)
    np.testing.assert_allclose(as_numpy(wrong), [50.0], atol=1e-3)


def test_the_weight_of_the_middles_can_be_lowered():
    logits = np.random.default_rng(2).normal(0, 1, (1, 6, CLASSES)).astype(np.float32)
    truth = truth_row("ab", steps=6, marks=[(1, "a"), (4, "b")])[None]
    loss = ReadingLoss()
    ctc, middle = float(ctc_loss(truth, logits)[0]), float(middle_loss(truth, logits)[0])
    assert float(loss(truth, logits)[0]) == pytest.approx(ctc + middle, rel=1e-5)
    loss.middle_weight.assign(0.05)
    assert float(loss(truth, logits)[0]) == pytest.approx(ctc + 0.05 * middle, rel=1e-5)
