"""The publication: an exported detector, its metrics and its origin go into the model store."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from model_store.manifest import ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.store import ModelStore
from training.checkpoint import read_state
from training.export import FACTS, SIGNATURE
from training.label_map import LABEL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from model_store.store import StoredModel
    from training.config import TrainConfig

LICENCE = "Apache-2.0"


def publish_export(
    config: TrainConfig,
    *,
    run_dir: Path,
    export_dir: Path,
    metrics: dict[str, Any],
    commit: str,
    store: Path,
) -> StoredModel:
    """Copy the export into the store as the next version of the model `config.name`.

    Raises what `ModelStore.publish` raises.
    """
    facts = ManifestFacts(
        signature=read_signature(export_dir),
        label_map=LABEL_MAP,
        preprocessing=json.loads((export_dir / FACTS).read_text()),
        training=describe_run(config, run_dir, commit=commit),
        metrics=metrics,
        licence=LICENCE,
    )
    return ModelStore(store).publish(export_dir, name=config.name, facts=facts)


def read_signature(export_dir: Path) -> Signature:
    """Return the tensors of the SavedModel's serving signature."""
    loaded = tf.saved_model.load(str(export_dir))
    detect = loaded.signatures[SIGNATURE]
    return Signature(
        inputs=_describe_tensors(detect.structured_input_signature[1]),
        outputs=_describe_tensors(detect.structured_outputs),
    )


def _describe_tensors(tensors: dict[str, Any]) -> dict[str, TensorSpec]:
    return {
        name: TensorSpec(dtype=tensor.dtype.name, shape=tuple(tensor.shape))
        for name, tensor in tensors.items()
    }


def describe_run(config: TrainConfig, run_dir: Path, *, commit: str) -> TrainingFacts:
    """Return where the weights in `run_dir` come from."""
    settings = asdict(config)
    source = settings.pop("make_source")
    settings["source"] = f"{source.__module__}.{source.__qualname__}"
    crops_seen = read_state(run_dir).step * config.batch
    return TrainingFacts(config=settings, commit=commit, seed=config.seed, crops_seen=crops_seen)
