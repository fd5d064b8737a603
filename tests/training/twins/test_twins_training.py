"""The judge of twins: its strips, its network, its training and what comes out of it."""

import json
from dataclasses import replace
from itertools import islice

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from model_store.store import ModelStore
from tests.training.warned import KERAS_ARRAY
from training.checkpoint import FINAL, STATE, read_state
from training.cli import app
from training.reader.alphabet import INKED
from training.reader.strips import Strip, StripSource
from training.reader.train import ReaderLimits, ReaderSources
from training.synth.fonts import FONT_FOLDERS, scan_fonts, split_fonts
from training.synth.prose import Prose
from training.twins.batches import GlyphBatches, make_glyph_batch
from training.twins.config import TwinsConfig, TwinsModelConfig, load_twins_config
from training.twins.evaluate import LiteRtJudge, SavedJudge, evaluate_judge, format_table
from training.twins.export import LABEL_MAP, export_judge, load_judge, write_judge_litert
from training.twins.glyphs import cut_glyphs, cut_strip_glyphs, number_of
from training.twins.losses import group_loss, judge_loss
from training.twins.net import add_answer, build_judge
from training.twins.publish import publish_judge
from training.twins.scores import score_judge
from training.twins.texts import NameMaker
from training.twins.train import JudgeRun, collect_glyphs, train_judge

pytestmark = KERAS_ARRAY
TINY = TwinsConfig(
    name="tiny",
    model=TwinsModelConfig(stages=(2, 2, 4), embedding=8, heads=2, head_size=4, hidden=8),
    batch=2,
    strips=8,
    warmup_strips=2,
    log_steps=1,
    checkpoint_steps=2,
    evaluate_steps=2,
    evaluate_strips=2,
)


@pytest.fixture(scope="module")
def source():
    faces = tuple(split_fonts(scan_fonts(FONT_FOLDERS), "train"))[:12]
    return StripSource("train", faces, NameMaker)


def make_strip(text, seed=0):
    """Return a strip of noise in which each character of `text` has 20 columns."""
    width = 20 * len(text)
    pixels = np.random.default_rng(seed).integers(0, 256, (44, width)).astype(np.uint8)
    return Strip(pixels, text, (np.arange(len(text)) * 20 + 10).astype(np.float32), 9.0)


def test_names_have_many_twins():
    maker, rng = NameMaker(Prose.load()), np.random.default_rng(3)
    texts = [maker.make(rng, hardness=1.0).words[0] for _ in range(300)]
    read = "".join(texts)
    # Of the letters and digits at random that links have now and then it is one in fourteen.
    assert sum(read.count(twin) for twin in "0O1lI") > len(read) / 14
    assert min(read.count(twin) for twin in "0O1lI") > 50
    assert max(map(len, texts)) <= 72
    assert set(read) <= set(INKED)


def test_a_source_makes_the_texts_that_it_is_told_to():
    assert StripSource.scan("train", make_texts=NameMaker).make_texts is NameMaker


def test_windows_have_the_middles_of_characters_in_their_middle():
    pixels = np.full((44, 60), 255, np.uint8)
    pixels[:, 30] = 0
    glyphs = cut_glyphs(pixels, np.array([30.0, 2.0]))
    assert glyphs.shape == (2, 44, 36)
    assert np.flatnonzero(glyphs[0].min(axis=0) == 0).tolist() == [18]
    assert glyphs[1].min() == 255


def test_a_short_words_last_windows_are_blank_and_of_no_class():
    glyphs, classes = cut_strip_glyphs(make_strip("a0O b"), np.random.default_rng(1), jitter=0.0)
    assert classes[:4].tolist() == [number_of("a"), number_of("0"), number_of("O"), 0]
    assert (glyphs[3:] == 255).all()
    assert (glyphs[:3].min(axis=(1, 2)) < 100).all()


def test_all_twins_of_a_long_word_are_there():
    text = "x" * 30 + "0O1lI" + "y" * 30
    _, classes = cut_strip_glyphs(make_strip(text), np.random.default_rng(1), jitter=0.0)
    assert {number_of(twin) for twin in "0O1lI"} <= set(classes.tolist())
    assert (classes > 0).all()


def test_windows_are_moved_at_random():
    strip, rng = make_strip("abcdef"), np.random.default_rng(1)
    one, other = (cut_strip_glyphs(strip, rng, jitter=2.0)[0] for _ in range(2))
    assert (one != other).any()


def test_batches_are_of_strips_from_the_source(source):
    rng = np.random.default_rng(2)
    for batch in islice(GlyphBatches(source, number=3, jitter=1.0)(rng), 2):
        assert batch.glyphs.shape == (3, 40, 44, 36)
        assert batch.glyphs.dtype == np.uint8
        assert batch.classes.max() <= len(INKED)
        assert (batch.classes > 0).any(axis=1).all()


@pytest.fixture(scope="module")
def judge():
    keras.utils.set_random_seed(5)
    return build_judge(TINY.model)


def test_a_judge_sees_the_other_glyphs_but_not_their_order(judge):
    batch = make_glyph_batch([make_strip("0aO1bI")], np.random.default_rng(1), jitter=0.0)
    said = keras.ops.convert_to_numpy(judge(batch.glyphs, training=False))
    assert said.shape == (1, 40, 95)
    order = np.random.default_rng(2).permutation(40)
    turned = keras.ops.convert_to_numpy(judge(batch.glyphs[:, order], training=False))
    np.testing.assert_allclose(turned, said[:, order], atol=1e-4)
    alone = batch.glyphs.copy()
    alone[:, 1:] = 255
    lonely = keras.ops.convert_to_numpy(judge(alone, training=False))
    assert np.abs(lonely[0, 0] - said[0, 0]).max() > 1e-3


def test_the_answer_is_log_probabilities_within_each_group(judge):
    batch = make_glyph_batch([make_strip("0aO1bI")], np.random.default_rng(1), jitter=0.0)
    said = np.exp(keras.ops.convert_to_numpy(add_answer(judge)(batch.glyphs, training=False)))
    assert said.shape == (1, 40, 5)
    np.testing.assert_allclose(said[..., :2].sum(axis=-1), 1.0, rtol=1e-4)
    np.testing.assert_allclose(said[..., 2:].sum(axis=-1), 1.0, rtol=1e-4)


def test_the_loss_of_a_group_knows_its_own_characters_only():
    classes = np.array([[number_of("0"), number_of("O"), number_of("x"), 0]])
    logits = np.zeros((1, 4, 95), np.float32)
    # Two of them, and one that steadies what has none: 2 log 2 / 3.
    assert float(group_loss(classes, logits, "0O")) == pytest.approx(2 * np.log(2) / 3)
    assert float(group_loss(classes, logits, "1lI")) == 0.0
    logits[0, 2, number_of("0")] = 50.0
    assert float(group_loss(classes, logits, "0O")) == pytest.approx(2 * np.log(2) / 3)


def test_the_loss_is_small_where_all_is_told():
    classes = np.array([[number_of(letter) for letter in "0x1"]])
    logits = np.zeros((1, 3, 95), np.float32)
    unsure = float(judge_loss(classes, logits))
    logits[0, np.arange(3), classes[0]] = 30.0
    assert float(judge_loss(classes, logits)) < 1e-3 < unsure


def test_a_judge_is_scored_by_group():
    def say_nought(glyphs, *, training):
        assert not training
        logits = np.zeros((len(glyphs), 40, 95), np.float32)
        logits[..., number_of("0")] = logits[..., number_of("I")] = 1.0
        return logits

    strips = [make_strip("00O"), make_strip("II")]
    batch = make_glyph_batch(strips, np.random.default_rng(1), jitter=0.0)
    assert score_judge(say_nought, [batch]) == {"0O": pytest.approx(2 / 3), "1lI": 1.0}


@pytest.mark.slow
def test_a_run_ends_after_its_strips_and_goes_on_where_it_stopped(source, tmp_path, caplog):
    caplog.set_level("INFO")
    sources = ReaderSources(source, source)
    weights = train_judge(TINY, sources, run_dir=tmp_path, limits=ReaderLimits())
    assert weights == tmp_path / FINAL
    assert read_state(tmp_path).step == 4
    assert "unseen typefaces  0O" in caplog.text
    run = JudgeRun(replace(TINY, strips=12), ReaderLimits(), tmp_path)
    assert run.state.step == 4
    batches = GlyphBatches(source, number=2, jitter=1.0)(np.random.default_rng(1))
    run.take_steps(batches, collect_glyphs(source, TINY, np.random.default_rng(2)))
    assert read_state(tmp_path).step == 6


@pytest.fixture(scope="module")
def run_dir(judge, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    judge.save_weights(folder / FINAL)
    (folder / STATE).write_text(json.dumps({"step": 3, "elapsed_s": 1.0}))
    return folder


@pytest.fixture(scope="module")
def exported(run_dir):
    export_judge(load_judge(TINY.model, run_dir), run_dir / "export")
    return run_dir / "export"


def test_both_exports_say_what_keras_says(judge, run_dir, exported):
    pytest.importorskip("ai_edge_litert")
    write_judge_litert(load_judge(TINY.model, run_dir), run_dir / "twins.tflite")
    batch = make_glyph_batch([make_strip("0aO1bI")], np.random.default_rng(1), jitter=0.0)
    truth = keras.ops.convert_to_numpy(add_answer(judge)(batch.glyphs, training=False))[0]
    np.testing.assert_allclose(SavedJudge(exported).judge(batch.glyphs[0]), truth, atol=1e-3)
    said = LiteRtJudge(run_dir / "twins.tflite").judge(batch.glyphs[0])
    np.testing.assert_allclose(said, truth, atol=0.1)


def test_an_export_is_measured_by_group(exported):
    batch = make_glyph_batch([make_strip("0aO1bI")], np.random.default_rng(1), jitter=0.0)
    table = evaluate_judge(SavedJudge(exported), [batch])
    assert [(row.group, row.count) for row in table] == [("0O", 2), ("1lI", 2)]
    assert all(row.surprise > 0 for row in table)
    assert len(format_table(table).splitlines()) == 3


def test_a_published_judge_says_what_it_tells_apart(run_dir, exported, tmp_path):
    publish_judge(
        TINY,
        run_dir=run_dir,
        export_dir=exported,
        metrics={"right": 0.5},
        commit="abc",
        store=tmp_path,
    )
    store = ModelStore(tmp_path)
    found = store.resolve("tiny")
    store.verify(found)
    assert found.manifest.label_map == LABEL_MAP == {1: "0", 2: "O", 3: "1", 4: "l", 5: "I"}
    assert found.manifest.training.crops_seen == 6
    assert found.manifest.signature.inputs["glyphs"].shape == (None, 40, 44, 36)


def test_the_config_loads_and_others_are_refused(tmp_path, pytestconfig):
    config = load_twins_config(pytestconfig.rootpath / "training/configs/twins.py")
    assert config.strips > config.warmup_strips
    (tmp_path / "empty.py").write_text("CONFIG = 3\n")
    with pytest.raises(ValueError, match="expected CONFIG to be a TwinsConfig, received int"):
        load_twins_config(tmp_path / "empty.py")


@pytest.mark.parametrize("command", ["train", "evaluate", "export", "publish"])
def test_every_step_is_a_command_with_help(command):
    result = CliRunner().invoke(app, ["twins", command, "--help"])
    assert result.exit_code == 0
    assert command in result.output
