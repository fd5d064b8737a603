"""The publication: an exported reader, its alphabet and its origin go into the model store."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from model_store.manifest import ManifestFacts, TrainingFacts
from model_store.store import ModelStore
from training.checkpoint import read_state
from training.export_options import FACTS
from training.publish import LICENCE, read_signature
from training.reader.alphabet import LABEL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from model_store.store import StoredModel
    from training.reader.config import ReaderConfig


def publish_reader(
    config: ReaderConfig,
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
        preprocessing=json.loads((export_dir / FACTS).read_text(encoding="utf-8")),
        training=describe_reader_run(config, run_dir, commit=commit),
        metrics=metrics,
        licence=LICENCE,
    )
    return ModelStore(store).publish(export_dir, name=config.name, facts=facts)


def describe_reader_run(config: ReaderConfig, run_dir: Path, *, commit: str) -> TrainingFacts:
    """Return where the weights in `run_dir` come from; its `crops_seen` are strips."""
    # Tuples are not what a manifest can hold.
    settings = json.loads(json.dumps(asdict(config)))
    strips_seen = read_state(run_dir).step * config.batch
    return TrainingFacts(config=settings, commit=commit, seed=config.seed, crops_seen=strips_seen)
