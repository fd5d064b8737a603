"""Model stores for the tests, with a tiny model that TensorFlow can load."""

from model_store import ManifestFacts, ModelStore, Signature, TensorSpec
from tests.service.saved_models import OUTPUTS, save_model

LABEL_MAP = {1: "https", 2: "http", 5: "www"}
FACTS = ManifestFacts(
    signature=Signature(
        inputs={"input_tensor": TensorSpec(dtype="uint8", shape=(1, None, None, 3))},
        outputs={name: TensorSpec(dtype="float32", shape=(1, None)) for name in OUTPUTS},
    ),
    label_map=LABEL_MAP,
    preprocessing={},
    # Of our own training it would have to find what is on the golden frame.
    training=None,
    metrics={},
    licence="Apache-2.0",
)


def publish_tiny(folder):
    """Publish versions 1 and 2 of the model `tiny` and return the root of their store."""
    store = ModelStore(folder / "store")
    exported = save_model(folder / "exported")
    for _ in range(2):
        store.publish(exported, name="tiny", facts=FACTS)
    return store.root
