"""The publication: an exported judge and its origin go into the model store."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from model_store.manifest import ManifestFacts, TrainingFacts
from model_store.store import ModelStore
from training.checkpoint import read_state
from training.export_options import FACTS
from training.publish import LICENCE, read_signature
from training.twins.export import LABEL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from model_store.store import StoredModel
    from training.twins.config import TwinsConfig


def publish_judge(
    config: TwinsConfig,
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
        training=TrainingFacts(
            # Tuples are not what a manifest can hold.
            config=json.loads(json.dumps(asdict(config))),
            commit=commit,
            seed=config.seed,
            crops_seen=read_state(run_dir).step * config.batch,
        ),
        metrics=metrics,
        licence=LICENCE,
    )
    return ModelStore(store).publish(export_dir, name=config.name, facts=facts)
