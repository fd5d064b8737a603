"""The publication: an exported detector, its metrics and its origin go into the model store."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from model_store.manifest import ManifestFacts, Signature, TensorSpec, TrainingFacts
from model_store.store import ModelStore
from training.checkpoint import read_state
from training.export import SIGNATURE
from training.export_options import EXTRA, FACTS
from training.network_file import find_network
from training.origin import read_origin
from training.refiner.weights import REFINER_RUN

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
    name: str | None = None,
) -> StoredModel:
    """Copy the export into the store as the next version of `name`, or of `config.name`.

    Raises what `ModelStore.publish` raises.
    """
    training = describe_run(config, run_dir, commit=commit)
    if (refiner := export_dir / EXTRA / REFINER_RUN).exists():
        training.config["refiner"] = json.loads(refiner.read_text())
    facts = ManifestFacts(
        signature=read_signature(export_dir),
        label_map=find_network(config.model, run_dir).labels or {},
        preprocessing=json.loads((export_dir / FACTS).read_text()),
        training=training,
        metrics=metrics,
        licence=LICENCE,
        summary=config.summary,
        limits=config.limits,
    )
    return ModelStore(store).publish(export_dir, name=name or config.name, facts=facts)


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
    settings = asdict(replace(config, model=find_network(config.model, run_dir)))
    # A source with options is a partial function.
    source = getattr(config.make_source, "func", config.make_source)
    for place in ("make_source", "data", "start_weights", "summary", "limits"):
        settings.pop(place)
    settings["source"] = f"{source.__module__}.{source.__qualname__}"
    settings["origin"] = asdict(read_origin(run_dir))
    # Numbers as keys and tuples are not what a manifest can hold.
    settings = json.loads(json.dumps(settings))
    crops_seen = read_state(run_dir).step * config.batch
    return TrainingFacts(config=settings, commit=commit, seed=config.seed, crops_seen=crops_seen)
