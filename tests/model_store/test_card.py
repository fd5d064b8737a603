"""The model card tells what the facts say, for a detector and for a reader."""

from model_store.card import CARD_NAME, format_card
from model_store.manifest import ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.store import ModelStore

FACTS = ManifestFacts(
    signature=Signature(
        inputs={"input_tensor": TensorSpec(dtype="uint8", shape=(None, None, None, 3))},
        outputs={"num_detections": TensorSpec(dtype="float32", shape=(None,))},
    ),
    label_map={1: "https", 2: "www"},
    preprocessing={"long_side": 1280, "postprocess": {"max_iou": 0.5}},
    training=TrainingFacts(config={"size": 256}, commit="abc", seed=7, crops_seen=12000),
    metrics={"all": {"ap50": 0.96251, "prefixes": 884}, "dark": {"ap50": 0.9}, "ms": 31.25},
    licence="Apache-2.0",
    summary="Finds links.",
    limits=("Small print.", "Turned print."),
)


def test_a_card_tells_use_training_figures_limits_and_licence():
    lines = format_card(FACTS, name="links", version=3).splitlines()
    assert lines[:3] == ["# links 3", "", "Finds links."]
    for expected in (
        "- takes `input_tensor`, uint8 [any, any, any, 3]",
        "It tells 2 classes apart: `https, www`.",
        "- `postprocess.max_iou`: 0.5",
        "12,000 examples, seed 7, commit `abc`; with these settings:",
        "| slice | ap50 | prefixes |",
        "| all | 0.9625 | 884 |",
        "| dark | 0.9 |  |",
        "- ms: 31.25",
        "- Turned print.",
        "Apache-2.0",
    ):
        assert expected in lines


def test_a_card_without_summary_and_limits_leaves_them_out():
    facts = FACTS.model_copy(update={"summary": "", "limits": (), "metrics": {"exact": 0.5}})
    text = format_card(facts, name="links", version=3)
    assert text.startswith("# links 3\n\n## Use\n")
    assert "Limits" not in text
    assert "## Measured\n\n- exact: 0.5\n" in text


def test_a_series_of_trials_is_a_table_of_its_own():
    sweep = [{"long_side": 640, "ms": 36.4}, {"long_side": 1152, "ms": 91.0}]
    text = format_card(
        FACTS.model_copy(update={"metrics": {"ms": 31.25, "sweep": sweep}}), name="links", version=3
    )
    assert "- ms: 31.25\n\nSweep:\n\n| long_side | ms |\n| --- | --- |\n| 640 | 36.4 |\n" in text


def test_an_alphabet_is_shown_in_one_line():
    labels = dict(enumerate("abcdefghijklmnopqrstuvwxyz", start=1))
    text = format_card(FACTS.model_copy(update={"label_map": labels}), name="reader", version=1)
    assert "26 classes apart: `a b c d" in text


def test_a_published_version_has_a_card_that_the_manifest_vouches_for(tmp_path):
    source = tmp_path / "export"
    source.mkdir()
    (source / "saved_model.pb").write_bytes(b"graph")
    store = ModelStore(tmp_path / "store")
    stored = store.publish(source, name="links", facts=FACTS)
    assert (stored.path / CARD_NAME).read_text().startswith("# links 1\n")
    assert CARD_NAME in stored.manifest.files
    store.verify(stored)
