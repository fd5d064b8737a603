"""What the tests publish: files laid out like a SavedModel, and the facts about them."""

from pathlib import Path

from model_store import ManifestFacts, Signature, TensorSpec, TrainingFacts

FACTS = ManifestFacts(
    signature=Signature(
        inputs={"input_tensor": TensorSpec(dtype="uint8", shape=(None, None, None, 3))},
        outputs={"num_detections": TensorSpec(dtype="float32", shape=(None,))},
    ),
    label_map={1: "https", 5: "www"},
    preprocessing={"long_side": 1280},
    training=TrainingFacts(config={"batch": 32}, commit="0" * 40, seed=7, crops_seen=1000),
    metrics={"AP50": 0.96},
    licence="Apache-2.0",
)


def write_saved_model(folder: Path) -> Path:
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "variables.index").write_bytes(b"index")
    return folder
