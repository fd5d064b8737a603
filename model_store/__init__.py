"""The contract between training and serving: versioned SavedModels with a manifest."""

from model_store.errors import (
    ManifestError,
    ManifestMissingError,
    ModelExistsError,
    ModelMissingError,
    ModelNameError,
    ModelStoreError,
    ModelTamperedError,
    ModelTornError,
)
from model_store.manifest import Manifest, ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.store import ModelStore, StoredModel, default_root

__all__ = [
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
    "Signature",
    "StoredModel",
    "TensorSpec",
    "TrainingFacts",
    "default_root",
]
