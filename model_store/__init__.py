"""The contract between training and serving: versioned SavedModels with a manifest."""

from model_store.companions import (
    LITERT_DETECTOR,
    LITERT_FOLDER,
    LITERT_READER,
    LITERT_TWINS,
    WEB_FOLDER,
    add_litert,
    add_web,
)
from model_store.errors import (
    ManifestError,
    ManifestMissingError,
    ModelExistsError,
    ModelMissingError,
    ModelNameError,
    ModelStoreError,
    ModelTamperedError,
    ModelTornError,
    RolloutError,
)
from model_store.manifest import Manifest, ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.rollout import Rollout, read_rollout
from model_store.store import ModelStore, StoredModel, default_root

__all__ = [
    "LITERT_DETECTOR",
    "LITERT_FOLDER",
    "LITERT_READER",
    "LITERT_TWINS",
    "WEB_FOLDER",
    "Manifest",
    "ManifestError",
    "ManifestFacts",
    "ManifestMissingError",
    "ModelExistsError",
    "ModelMissingError",
    "ModelNameError",
    "ModelStore",
    "ModelStoreError",
    "ModelTamperedError",
    "ModelTornError",
    "Rollout",
    "RolloutError",
    "Signature",
    "StoredModel",
    "TensorSpec",
    "TrainingFacts",
    "add_litert",
    "add_web",
    "default_root",
    "read_rollout",
]
