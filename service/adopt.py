"""Takes a detector that was exported elsewhere into a store, so that it can be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_store.label_map import read_label_map
from model_store.manifest import ManifestFacts
from service.detect import INPUT, OUTPUTS
from service.saved_model import SavedModel

if TYPE_CHECKING:
    from pathlib import Path

    from model_store import ModelStore, StoredModel


def adopt_detector(
    folder: Path, store: ModelStore, *, label_map: Path, name: str, licence: str
) -> StoredModel:
    """Publish a SavedModel with the signature of the Object Detection API's exporter.

    It is loaded first, so that what cannot be served is refused here. What else it gives, such as
    `raw_detection_boxes`, is kept and not looked at.

    Raises:
        ModelLoadError: TensorFlow cannot load it, or its signature is another one.
        ModelStoreError: the label map cannot be read, or the store cannot take it.

    """
    labels = read_label_map(label_map)
    model = SavedModel(folder, inputs=(INPUT,), outputs=OUTPUTS)
    facts = ManifestFacts(
        signature=model.describe(),
        label_map=labels,
        preprocessing={},
        metrics={},
        licence=licence,
        summary="A detector that was exported elsewhere.",
    )
    return store.publish(folder, name=name, facts=facts)
