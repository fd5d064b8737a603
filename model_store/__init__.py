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
    RolloutError,
)
from model_store.manifest import Manifest, ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.rollout import Rollout, read_rollout
from model_store.store import ModelStore, StoredModel, default_root
from model_store.web import WEB_FOLDER, add_web

__all__ = [
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
    "add_web",
    "default_root",
    "read_rollout",
]
